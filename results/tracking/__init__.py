"""Runs in MLflow: an experiment per paper, a parent run per cell, a nested run per job."""
