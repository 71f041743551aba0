"""Faults of a Python process; every Python loads this whose PYTHONPATH has the folder of this file.

WITHOUT names a library that can't be imported. FAULT names a folder whose writes count, a file that counts them
over all processes, and the number of the one before which, or in the middle of which, the process is killed.
"""

import os
import signal
import sys
from pathlib import Path

WRITES = os.O_WRONLY | os.O_RDWR
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.truncate")
write, flush = os.write, os.fsync


def install(folder: str, counter: str, at: int) -> None:
    """Count every opening, renaming, removing, writing and flushing under a folder."""

    def count() -> None:
        descriptor = os.open(counter, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        write(descriptor, b".")
        number = os.fstat(descriptor).st_size
        os.close(descriptor)
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def is_under(path: object) -> bool:
        return isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(folder)

    def watch(event: str, arguments: tuple) -> None:
        is_opened = event == "open" and (arguments[2] or 0) & WRITES
        if (is_opened or event in CHANGES) and is_under(arguments[0]):
            count()

    def write_half(descriptor: int, content: bytes) -> int:
        if not is_under(Path(f"/proc/self/fd/{descriptor}").readlink()):
            return write(descriptor, content)
        written = write(descriptor, content[: (len(content) + 1) // 2])
        count()
        return written

    def count_and_flush(descriptor: int) -> None:
        count()
        flush(descriptor)

    sys.addaudithook(watch)
    os.write, os.fsync = write_half, count_and_flush


if "WITHOUT" in os.environ:
    sys.modules[os.environ["WITHOUT"]] = None  # type: ignore[assignment]
if "FAULT" in os.environ:
    place, counts, number = os.environ["FAULT"].split("\n")
    install(place, counts, int(number))
