"""Somebody's own numbers, from any code, beside the published value and our runs."""
