"""Certificates: a file by which a stranger judges a cell of ours again, without our code or our word."""
