"""How well a check of a certificate notices changes: they are made here, and counted."""
