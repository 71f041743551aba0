"""One file per paper; this folder is the registry."""
