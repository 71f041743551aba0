"""Weights of trained models, kept on this machine for those who want to look at them."""

import warnings
from pathlib import Path
from typing import Any

from benchmarks import provenance
from data_pipelines.dataset import LeftOut
from data_pipelines.download import cache_folder
from results.records import JobKey


def place(key: JobKey, commit: str) -> Path:
    """Return where the weights of a job lie that was trained by the code of a commit."""
    name = f"{key.fingerprint}-fold{key.fold}-seed{key.seed}-{key.backend}-{commit}.weights.h5"
    return cache_folder().parent / "weights" / key.paper / name


def keep(model: Any, key: JobKey) -> None:
    """Write the model's weights; the file has its name only when it is whole. A full disk is told, no error."""
    path = place(key, provenance.commit())
    partial = path.with_name(f"partial-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        model.save_weights(partial)
        partial.replace(path)
    except OSError as error:  # the result must not be lost with them
        warnings.warn(f"The weights of {key} could not be kept: {error}", LeftOut, stacklevel=2)
