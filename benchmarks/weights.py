"""Weights of trained models, kept on this machine for those who want to look at them."""

from pathlib import Path
from typing import Any

from data_pipelines.download import cache_folder
from results.records import JobKey


def place(key: JobKey) -> Path:
    """Return where the weights of a job lie, or will lie once it is done."""
    name = f"{key.fingerprint}-fold{key.fold}-seed{key.seed}-{key.backend}.weights.h5"
    return cache_folder().parent / "weights" / key.paper / name


def keep(model: Any, key: JobKey) -> None:
    """Write the model's weights; the file has its name only when it is whole."""
    path = place(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    model.save_weights(partial)
    partial.replace(path)
