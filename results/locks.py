"""Locks between commands, also on file systems that have none."""

import errno
import warnings
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock

WITHOUT_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL}
FOR_ALL = 0o666  # a lock is nothing but its name, and several users may share a folder


def acquired(path: Path, timeout: float = -1) -> BaseFileLock:
    """Return a lock that is held, after so many seconds at most; -1: as long as it takes. Raises Timeout.

    Where the file system refuses locks, as some network file systems do, a file stands for one. It names its
    process, and one of a dead process does not count.
    """
    lock: BaseFileLock = FileLock(path, mode=FOR_ALL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it does by itself what follows, where locks are unknown
            lock.acquire(timeout=timeout)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        lock = SoftFileLock(f"{path}.soft.lock", mode=FOR_ALL)
        lock.acquire(timeout=timeout)
    return lock
