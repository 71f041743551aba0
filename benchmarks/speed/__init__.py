"""Speed and memory of the suite, compared with other implementations."""
