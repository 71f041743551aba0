"""How one job becomes its record."""
