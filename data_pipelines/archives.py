"""Files in a folder or in a zip archive, and single compressed ones: found, hashed by their contents, unpacked."""

import errno
import gzip
import hashlib
import io
import lzma
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_pipelines.dataset import DataError
from data_pipelines.whole_files import refuse_pipe

BUFFER_BYTES = 1 << 20
COMPRESSED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\0": lzma.open,
}  # by the first bytes of a file


def contents_digest(source: Path, pattern: str) -> str:
    """Return a SHA-256 over the names and contents of all files in `source` whose names match the pattern.

    An archive and a folder of the same files have the same hash. Raises DataError for a damaged archive.
    """
    with unpacked(source, pattern) as paths:
        lines = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in paths]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@contextmanager
def unpacked(source: Path, pattern: str) -> Iterator[list[Path]]:
    """Yield the files of a folder or a zip archive whose names match the pattern, sorted by name.

    Raises DataError for a damaged archive, and for two files with one name.
    """
    if source.is_dir():
        yield _sorted([path for path in source.rglob("*") if path.is_file()], pattern)
        return
    with tempfile.TemporaryDirectory() as folder:
        with readable(f"{source} can't be unpacked"), zipfile.ZipFile(source) as archive:
            wanted = [found for found in archive.infolist() if re.fullmatch(pattern, Path(found.filename).name)]
            size, free = sum(found.file_size for found in wanted), shutil.disk_usage(folder).free
            if size > free:
                raise DataError(f"{source} unpacks to {size} bytes. {folder} has room for {free}.")
            archive.extractall(folder, wanted)
        yield _sorted([path for path in Path(folder).rglob("*") if path.is_file()], pattern)


def unpacked_digest(path: Path) -> str:
    """Return the SHA-256 of a file as `plain` reads it. Raises DataError for a damaged one.

    Compressors of other versions write other bytes for the same contents.
    """
    with plain(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def plain(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file for reading, compressed by gzip or xz or not at all. Raises DataError if it is damaged."""
    refuse_pipe(path)
    with path.open("rb") as stream:
        head = stream.read(6)
    opener = next((opener for magic, opener in COMPRESSED.items() if head.startswith(magic)), open)
    with readable(f"{path} can't be unpacked"), io.BufferedReader(opener(path, "rb"), BUFFER_BYTES) as unpacked:
        yield unpacked


@contextmanager
def readable(failure: str) -> Iterator[None]:
    """Raise DataError, with the failure and its reason, where an archive can't be read; a full disk stays one."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damaged archives make their readers raise anything
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            error.filename = error.filename or tempfile.gettempdir()  # which disk it is
            raise
        raise DataError(f"{failure}: {str(error) or type(error).__name__}") from error


def _sorted(paths: list[Path], pattern: str) -> list[Path]:
    found = sorted((path for path in paths if re.fullmatch(pattern, path.name)), key=lambda path: path.name)
    if not found:
        raise DataError(f"None of {len(paths)} files has a name that matches {pattern}.")
    for first, second in zip(found, found[1:], strict=False):
        if first.name == second.name:
            raise DataError(f"Two files are named {first.name}: {first} and {second}.")
    return found
