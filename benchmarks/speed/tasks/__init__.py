"""Benchmarks, one file each, found by name."""
