"""The cache on disk: its folder, whole files or none, and computed arrays, memory-mapped when read."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import platformdirs


def cache_folder() -> Path:
    """Return the folder of downloaded files: `data` in `RETABLE_HOME`, or in the user's cache folder."""
    return Path(os.environ.get("RETABLE_HOME") or platformdirs.user_cache_dir("retable")) / "data"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` to write to; once the block is done, the file replaces `path`.

    The file is on disk before it is renamed, and so is the new name when this returns: after a crash or a power
    failure `path` is the old file or the new one. If anything fails, the temporary file is removed.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}-{path.name}")  # with the suffix, which some writers check
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        if os.name == "posix":  # elsewhere a folder can't be opened
            _flush_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        with atomic_path(path) as temporary, temporary.open("wb") as stream:
            write(stream)
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
