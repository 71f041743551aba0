"""Files that are replaced whole: after a crash, the old content or the new one."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends, that file replaces `path`.

    File and folder are flushed to disk, so the replacement also survives a power failure. On an exception the
    temporary file is removed and `path` stays as it was.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}-{path.name}")  # keeps the suffix: writers choose by it
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder to disk, so that new names in it survive a power failure; only POSIX systems can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
