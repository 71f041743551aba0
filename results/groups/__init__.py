"""Groups of runs of any MLflow store: what they have, what differs between them, and whether that is chance."""
