"""Commands on numbers that are not ours: judge and audit."""
