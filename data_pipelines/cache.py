"""Computed arrays on disk: kept under what they were computed from, memory-mapped when read."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from data_pipelines.download import cache_folder


def kept(kind: str, source: Mapping[str, Any], compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array that `compute` makes from `source`, read-only and memory-mapped.

    `source` names everything that the array depends on, as plain data; arrays in it by `digest`.
    """
    return _kept(kind, source, lambda stream: np.save(stream, compute(), allow_pickle=False))


def kept_blocks(kind: str, source: Mapping[str, Any], compute: Callable[[], Iterable[np.ndarray]]) -> np.ndarray:
    """Return the blocks of rows that `compute` yields as one array, as `kept` does; only one is held at a time.

    Raises ValueError when there is none.
    """
    return _kept(kind, source, lambda stream: _write_blocks(stream, compute()))


def _kept(kind: str, source: Mapping[str, Any], write: Callable[[BinaryIO], None]) -> np.ndarray:
    mark = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:24]
    path = cache_folder().parent / "computed" / kind / f"{mark}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, write)
    return np.load(path, mmap_mode="r")


def _write_blocks(stream: BinaryIO, blocks: Iterable[np.ndarray]) -> None:
    """Write rows as they come; the header has room for their number, which is known at the end."""
    rows = 0
    header: dict[str, Any] = {}
    for block in blocks:
        if not header:
            header = {"descr": np.lib.format.dtype_to_descr(block.dtype), "fortran_order": False}
            np.lib.format.write_array_header_1_0(stream, {**header, "shape": block.shape})
            start = stream.tell()
        rows += len(block)
        stream.write(np.ascontiguousarray(block).data)
    if not header:
        raise ValueError("There are no rows to keep.")
    stream.seek(0)
    np.lib.format.write_array_header_1_0(stream, {**header, "shape": (rows, *block.shape[1:])})
    if stream.tell() != start:
        raise ValueError(f"The header of {rows} rows has no room where it was.")


def digest(*parts: np.ndarray | str) -> str:
    """Return a hash of texts and of arrays with their shapes."""
    found = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else f"{part.dtype}{part.shape}"
        found.update(text.encode() + b"\0")
        if not isinstance(part, str):
            found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()


def _write(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Give the file its name only when it is whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            write(stream)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
