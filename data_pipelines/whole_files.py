"""Files that are written whole or not at all, seals that tell damage, and what killed commands leave behind."""

import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data_pipelines.dataset import DataError, LeftOut

SEAL = b"\nretable seal 1 "  # readers of npy, npz and HDF5 files pass over what follows their data
LENGTH = len(SEAL) + 64 + 1
NAMED_BY = 3  # parts of a path that a seal covers: a file that was swapped with another is noticed
BEING_WRITTEN = re.compile(r"\.new-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}-")
END = 50  # characters of a name, which stay below 255 bytes with what is put before them
WEEK = 7 * 24 * 3600
STARTED = time.time()
Content = tuple[Path, int, int, int]
_intact: set[Content] = set()


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` to write to; once the block is done, the file replaces `path`.

    The file is on disk before it is renamed, and so is the new name when this returns: after a crash or a power
    failure `path` is the old file or the new one. If anything fails, the temporary file is removed.
    """
    temporary = path.with_name(temporary_name(path.name))
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        if os.name == "posix":  # elsewhere a folder can't be opened
            _flush_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        if not error.errno:  # NumPy has only a text when a disk is full
            raise OSError(errno.EIO, str(error), str(path)) from error
        if error.filename in (None, str(temporary)):
            error.filename = str(path)  # which disk is full
        raise


def write_text(path: Path, text: str) -> None:
    """Replace a text file, or make it."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Provide a folder until the block is done; that of a killed process is removed by `remove_leftovers`."""
    folder = parent / temporary_name("folder")
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def temporary_name(name: str) -> str:
    """Return a hidden name that says which process writes it; some writers check the suffix, so it stays."""
    return f".new-{_host()}-{os.getpid()}-{secrets.token_hex(4)}-{name[-END:]}"


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def sealed_path(path: Path) -> Iterator[Path]:
    """Yield a path as `atomic_path` does; what was written there gets a seal, which `intact` checks."""
    with atomic_path(path) as temporary:
        yield temporary
        seal = _seal(temporary, temporary.stat().st_size, path)
        with temporary.open("ab") as stream:
            stream.write(seal)


def intact(path: Path) -> bool:
    """Return whether a sealed file is there and holds what was written; if it does not, set it aside and warn.

    A file is read once per process while its size and time stay the same.
    """
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        set_aside(path, f"can't be read: {error.strerror}")
        return False
    content = (path, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if content not in _intact:
        if damage := _damage(path, stat.st_size):
            set_aside(path, damage)
            return False
        _intact.add(content)
    return True


def set_aside(path: Path, damage: str) -> None:
    """Rename a file of ours that can't be used, and warn; the work behind it is done again."""
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return  # another process did
    except OSError as error:
        warnings.warn(f"{path} {damage}, and can't be renamed: {error.strerror}.", LeftOut, stacklevel=3)
        return
    warnings.warn(f"{path} {damage}. It is {aside.name} now; the work is done again.", LeftOut, stacklevel=3)


def content_of(path: Path) -> bytes:
    """Return what was written into a sealed file."""
    return path.read_bytes()[:-LENGTH]


def _damage(path: Path, size: int) -> str:
    """Say why a sealed file can't be used; nothing where it can."""
    if not size:
        return "is empty"
    try:
        with path.open("rb") as stream:
            stream.seek(max(size - LENGTH, 0))
            seal = stream.read()
        if not seal.startswith(SEAL):
            return "is cut, or of another version"
        return "" if seal == _seal(path, size - LENGTH, path) else "is damaged, or another file"
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _seal(content: Path, size: int, path: Path) -> bytes:
    """Return the seal of the first bytes of a file that is to be called `path`."""
    found = hashlib.sha256(os.fsencode("/".join(path.parts[-NAMED_BY:])) + b"\0")
    with content.open("rb") as stream:
        while size > 0 and (block := stream.read(min(size, 2**20))):
            found.update(block)
            size -= len(block)
    return SEAL + found.hexdigest().encode() + b"\n"


def refuse_pipe(path: Path) -> None:
    """Raise DataError for a pipe or a device, of which the end may never come."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{path} is a pipe or a device. Expected a file: write what it gives to one first.")


def remove_leftovers(folder: Path, pattern: str = "**/.new-*") -> None:
    """Remove what killed processes were writing in a folder; of other machines, what is older than a week."""
    for path in list(folder.glob(pattern)):
        found = BEING_WRITTEN.match(path.name)
        with suppress(OSError):
            if found and _is_left(path, found[1], int(found[2])):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_left(path: Path, host: str, process: int) -> bool:
    modified = path.stat().st_mtime
    if host != _host() or os.name != "posix":
        return time.time() - modified > WEEK
    if process == os.getpid():  # an earlier one had this number, as in containers
        return modified < STARTED
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):  # the latter: no system has such a number
        return True
    except PermissionError:
        pass  # it runs, and is another user's
    return False
