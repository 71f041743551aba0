"""Numbers after training: metrics, records, verdicts, reports."""
