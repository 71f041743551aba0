"""The process that sends a run, as the text of a tag: a run in flight is not taken for an abandoned one."""

import os
import socket
from pathlib import Path


def this_process() -> str:
    """Return machine, process number and start of this process."""
    return f"{_machine()} {os.getpid()} {_start(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Return whether a process of this machine has ended; those of another machine count as running.

    This process counts as gone, because it sends one run at a time; so does the owner of runs of earlier versions,
    which is empty.
    """
    if not owner or owner == this_process():
        return True
    machine, process, start = (owner.rsplit(" ", 2) + ["", ""])[:3]
    if machine != _machine() or not process.isdecimal():
        return False
    return _start(int(process)) != start


def _machine() -> str:
    """Return the host's name, and what distinguishes it from others of that name and from its own containers."""
    namespace = Path("/proc/self/ns/pid")
    inside = str(namespace.readlink()) if namespace.is_symlink() else ""
    return f"{socket.gethostname()} {_text('/etc/machine-id')[:12]}{inside.removeprefix('pid:')}"


def _start(process: int) -> str:
    """Return when a process began, in ticks of a boot; empty once it has ended."""
    boot = _text("/proc/sys/kernel/random/boot_id")
    if boot:
        state, *fields = _text(f"/proc/{process}/stat").rpartition(")")[2].split() or ["X"]
        return "" if state in "ZX" else f"{boot[:8]}-{fields[18]}"
    if os.name == "posix":
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return ""
        except OSError:  # it is another user's
            pass
    return "running"


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError:
        return ""
