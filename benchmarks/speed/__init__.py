"""How fast the suite is, against other ways to do the same."""
