"""Benchmarks, one file each, found by their names."""
