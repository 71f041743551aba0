"""retable compare for the runs of any MLflow experiment."""
