"""Files that are replaced whole: after a crash, the old content or the new one."""

import hashlib
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

END = 50  # characters of a name, which stay below 255 bytes with what is put before them


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends, that file replaces `path`.

    File and folder are flushed to disk, so the replacement also survives a power failure. On an exception the
    temporary file is removed and `path` stays as it was.
    """
    temporary = path.with_name(temporary_name(path.name))
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        if error.errno and error.filename in (None, str(temporary)):
            error.filename = str(path)  # which disk is full
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Provide a folder until the block is done."""
    folder = parent / temporary_name("folder")
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def temporary_name(name: str) -> str:
    """Return a hidden name that says which process writes it, so that others can tell what a kill has left.

    The end of the name stays: writers choose by the suffix.
    """
    host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
    return f".new-{host}-{os.getpid()}-{secrets.token_hex(4)}-{name[-END:]}"


def flush_folder(folder: Path) -> None:
    """Flush a folder to disk, so that new names in it survive a power failure; only POSIX systems can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all() -> None:
    """Flush everything to disk, where the system can."""
    if hasattr(os, "sync"):
        os.sync()
