"""The looks at a certificate that was opened, one for each kind of its files."""
