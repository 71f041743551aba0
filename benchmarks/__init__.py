"""What we claim, and how it is run."""
