"""Computed arrays on disk: kept under what they were computed from, memory-mapped when read."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.download import cache_folder


def kept(kind: str, source: Mapping[str, Any], compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array that `compute` makes from `source`, read-only and memory-mapped.

    `source` names everything that the array depends on, as plain data; arrays in it by `digest`.
    """
    mark = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:24]
    path = cache_folder().parent / "computed" / kind / f"{mark}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, compute())
    return np.load(path, mmap_mode="r")


def digest(*parts: np.ndarray | str) -> str:
    """Return a hash of texts and of arrays with their shapes."""
    found = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else f"{part.dtype}{part.shape}"
        found.update(text.encode() + b"\0")
        if not isinstance(part, str):
            found.update(np.ascontiguousarray(part).tobytes())
    return found.hexdigest()


def _write(path: Path, array: np.ndarray) -> None:
    """Give the file its name only when it is whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            np.save(stream, array, allow_pickle=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
