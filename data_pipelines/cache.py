"""The cache on disk: its folder, and computed arrays, memory-mapped when read."""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from data_pipelines.dataset import LeftOut
from data_pipelines.whole_files import intact, sealed_path

CODE = "RETABLE_CODE_OF_DATA"  # set by `made_by` alone


def cache_folder() -> Path:
    """Return the folder of downloaded files: `data` in `RETABLE_HOME`, or in the user's cache folder."""
    return Path(os.environ.get("RETABLE_HOME") or platformdirs.user_cache_dir("retable")) / "data"


@contextmanager
def made_by(code: str) -> Iterator[None]:
    """Keep arrays of the block apart from those of other code, also in processes that it starts.

    `code` is a digest of the code that computes them.
    """
    before = os.environ.get(CODE, "")
    os.environ[CODE] = code
    try:
        yield
    finally:
        os.environ[CODE] = before


def kept(kind: str, source: Mapping[str, Any], compute: Callable[[], np.ndarray]) -> np.ndarray:
    """Return the array that `compute` makes from `source`, read-only and memory-mapped.

    `source` names everything that the array depends on, as plain data; arrays in it by `digest`. Where the cache
    can't be written, the array is not kept, with a warning.
    """
    path = _path(kind, source)
    if not intact(path):
        array = compute()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with sealed_path(path) as temporary, temporary.open("wb") as stream:
                np.save(stream, array, allow_pickle=False)
        except OSError as error:
            _warn_of(path, error)
            return array
    return np.load(path, mmap_mode="r")


Blocks = Mapping[str, np.ndarray]  # some rows of some arrays, by name


def kept_blocks(
    kind: str, source: Mapping[str, Any], names: Sequence[str], compute: Callable[[], Iterable[Blocks]]
) -> dict[str, np.ndarray]:
    """Return arrays by name, as `kept` does, from the blocks of their rows that `compute` yields.

    Where the cache can be written, only one block is held at a time. Raises ValueError for an array without one.
    """
    paths = {name: _path(kind, source, name) for name in names}
    if not all(intact(path) for path in paths.values()):
        try:
            _write_blocks(paths, compute())
        except OSError as error:
            _warn_of(Path(error.filename or paths[names[0]]), error)
            return _joined(names, compute())
    return {name: np.load(path, mmap_mode="r") for name, path in paths.items()}


def _write_blocks(paths: Mapping[str, Path], computed: Iterable[Blocks]) -> None:
    for path in paths.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        writers = {name: stack.enter_context(_array_writer(path)) for name, path in paths.items()}
        for blocks in computed:
            for name, block in blocks.items():
                writers[name](block)


def _joined(names: Sequence[str], computed: Iterable[Blocks]) -> dict[str, np.ndarray]:
    """Return arrays in memory. Raises ValueError for an array without a block."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for blocks in computed:
        for name, block in blocks.items():
            found[name].append(block)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _warn_of(path: Path, error: OSError) -> None:
    warnings.warn(f"{path} could not be written: {error.strerror}.", LeftOut, stacklevel=3)


def _path(kind: str, source: Mapping[str, Any], name: str = "") -> Path:
    folder = cache_folder().parent / "computed" / kind
    whole = {**source, "code": os.environ.get(CODE, "")}
    key = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:24]
    return folder / f"{key}{name and '.'}{name}.npy"


@contextmanager
def _array_writer(path: Path) -> Iterator[Callable[[np.ndarray], None]]:
    """Yield a function that appends rows to an array on disk; the header gets their number at the end."""
    form: dict[str, Any] = {}
    rows = 0

    with sealed_path(path) as temporary, temporary.open("wb") as stream:

        def write(block: np.ndarray) -> None:
            nonlocal rows
            if not form:
                dtype = np.lib.format.dtype_to_descr(block.dtype)
                form.update(descr=dtype, fortran_order=False, shape=block.shape)
                np.lib.format.write_array_header_1_0(stream, form)  # with room for a larger number of rows
            rows += len(block)
            stream.write(np.ascontiguousarray(block).data)

        yield write
        if not form:
            raise ValueError("There are no rows to keep.")
        stream.seek(0)
        np.lib.format.write_array_header_1_0(stream, form | {"shape": (rows, *form["shape"][1:])})


def digest(*parts: np.ndarray | str) -> str:
    """Return a hash of texts and of arrays with their shapes."""
    found = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else f"{part.dtype}{part.shape}"
        found.update(text.encode() + b"\0")
        if not isinstance(part, str):
            found.update(np.ascontiguousarray(part).data)
    return found.hexdigest()
