"""Data sets without files, generated from the seed."""
