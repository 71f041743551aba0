"""Files and folders of one's own: pinned by hash and size, and refused once they have changed."""

import hashlib
import json
import os
import re
import shlex
from functools import lru_cache
from pathlib import Path

from data_pipelines.dataset import DataError, LocalFile, RemoteFile
from data_pipelines.whole_files import refuse_pipe

FOLDER = "folder:"  # begins the hash of a folder
State = tuple[tuple[str, int, int], ...]  # of each file, its relative name, size and time of change


def files_in(folder: Path) -> list[Path]:
    """Return the files under a folder, sorted by relative name.

    Hidden files, and folders that are links, are left out. Raises DataError for a missing folder, and for a pipe,
    a device or a broken link in it; OSError where it can't be read.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}.")
    found = []
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    for path in found:
        refuse_pipe(path)
        if not path.exists():
            raise DataError(f"{path} is a broken link. Remove it.")
    return sorted(found, key=lambda path: os.fsencode(path.relative_to(folder).as_posix()))


def _refuse(error: OSError) -> None:
    raise error  # else what can't be read is passed over


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or "folder:" and one over the names and contents of a folder's files.

    What has been read is not read again while sizes and times stay the same. Raises DataError if nothing is there.
    """
    return _content_hash(path, _state(path))


def pinned(path: Path) -> LocalFile:
    """Return a file or a folder with its present hash and size. Raises DataError if it is missing or empty."""
    if path.is_dir() and not files_in(path):
        raise DataError(f"{path} has no files.")
    size = sum(size for _, size, _ in _state(path))
    if not size:
        raise DataError(f"{path} is empty.")
    return LocalFile(path, content_hash(path), size)


def remote(file: LocalFile, address: str) -> RemoteFile:
    """Return the same file at an address. Raises DataError for a folder, and for what is not an address."""
    if file.hash.startswith(FOLDER):
        raise DataError(f"{file.path} is a folder. Expected a file: an address has one, such as an archive.")
    if not re.match(r"https?://[^ ]+$", address):
        raise DataError(f"The address is {address!r}. Expected one that begins with http:// or https://.")
    place = f"{file.name.partition('.')[0]}-{file.hash[:8]}/{file.name}"  # no two files share it
    return RemoteFile(place, address, file.hash, file.size)


def python_source(file: LocalFile | RemoteFile) -> str:
    """Return an expression for a paper's file; a relative path begins in the folder of that file."""
    if isinstance(file, RemoteFile):
        first = f"    {_quoted(file.name)},\n    {_quoted(file.address)},\n"
    elif file.path.is_absolute():
        first = f"    Path({_quoted(file.path.as_posix())}),\n"
    else:
        first = f"    Path(__file__).parent / {_quoted(file.path.as_posix())},\n"
    return f"{type(file).__name__}(\n{first}    hash={_quoted(file.hash)},\n    size={file.size},\n)"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def check_pinned(file: LocalFile) -> None:
    """Raise DataError unless a file or folder has the hash and the size that it was pinned with."""
    path, size = file.path, sum(size for _, size, _ in _state(file.path))
    received = content_hash(path)
    if (received, size) != (file.hash, file.size):
        raise DataError(
            f"{path} has SHA-256 {received} and {size} bytes. Expected {file.hash} and {file.size} bytes. "
            f"Restore it, or accept the change: retable data pin {shlex.quote(str(path))}"
        )


def _state(path: Path) -> State:
    if not path.exists():
        raise DataError(f"There is no file or folder {path}. Put it there, or correct the path.")
    refuse_pipe(path)
    files = files_in(path) if path.is_dir() else [path]
    stats = [(file, file.stat()) for file in files]
    return tuple((file.relative_to(path).as_posix(), stat.st_size, stat.st_mtime_ns) for file, stat in stats)


@lru_cache
def _content_hash(path: Path, state: State) -> str:
    if not path.is_dir():
        return _file_digest(path)
    found = hashlib.sha256()
    for name, _, _ in state:
        found.update(os.fsencode(name) + b"\0" + _file_digest(path / name).encode() + b"\n")
    return FOLDER + found.hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
