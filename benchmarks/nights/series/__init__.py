"""Nights in a row: what is kept of each, what is run again, and what has changed between two."""
