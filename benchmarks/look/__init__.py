"""What trained networks learned, as pictures and tables."""
