"""The command line, a file per group of commands; the only door to typer."""
