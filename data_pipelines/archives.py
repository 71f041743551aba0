"""Files in a folder or in a zip archive: found by a pattern, hashed by their contents, unpacked."""

import hashlib
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_pipelines.dataset import DataError


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
        try:
            with zipfile.ZipFile(source) as archive:
                wanted = [name for name in archive.namelist() if re.fullmatch(pattern, Path(name).name)]
                archive.extractall(folder, wanted)
        except (
            zipfile.BadZipFile,
            EOFError,
            zlib.error,
            OSError,
            RuntimeError,
        ) as error:  # the last: encrypted
            raise DataError(f"{source} can't be unpacked: {error}") from error
        yield _sorted([path for path in Path(folder).rglob("*") if path.is_file()], pattern)


def _sorted(paths: list[Path], pattern: str) -> list[Path]:
    found = sorted((path for path in paths if re.fullmatch(pattern, path.name)), key=lambda path: path.name)
    if not found:
        raise DataError(f"None of {len(paths)} files has a name that matches {pattern}.")
    for first, second in zip(found, found[1:], strict=False):
        if first.name == second.name:
            raise DataError(f"Two files are named {first.name}: {first} and {second}.")
    return found
