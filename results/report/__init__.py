"""The report: verdicts, runs and recipes as static pages."""
