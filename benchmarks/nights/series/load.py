"""How busy other programs keep this machine while a job runs. The only door to psutil here."""

import os
import time
from contextlib import suppress
from typing import Any

QUIET = 0.2  # of all cores: a job beside more work than this says nothing about its own time


class LoadMeter:
    """Measures from its making on: the cores that others keep busy, on average, as a share of all."""

    def __init__(self) -> None:
        self._busy, self._ours, self._started = _busy_seconds(), _our_seconds(), time.monotonic()

    def others(self) -> float | None:
        """Return the share, from 0 to 1; None where the system does not tell."""
        passed = time.monotonic() - self._started
        if passed <= 0 or not self._busy:
            return None
        others = (_busy_seconds() - self._busy) - (_our_seconds() - self._ours)
        return round(min(1.0, max(0.0, others / passed / (os.cpu_count() or 1))), 3)


def is_quiet(load: float | None) -> bool:
    """Return whether a job ran alone, as far as is known."""
    return load is None or load <= QUIET


def _busy_seconds() -> float:
    """Return the seconds that all cores have worked since the start of the system; 0 where it does not tell."""
    with suppress(Exception):
        import psutil

        times = psutil.cpu_times()._asdict()
        return sum(times.values()) - sum(
            times.get(name, 0.0) for name in ("idle", "iowait", "guest", "guest_nice")
        )
    return 0.0


def _our_seconds() -> float:
    """Return the seconds of this process, of those that it started, and of those of them that have ended."""
    with suppress(Exception):
        import psutil

        mine = psutil.Process()
        return sum(_seconds(one) for one in (mine, *mine.children(recursive=True)))
    return 0.0


def _seconds(process: Any) -> float:
    with suppress(Exception):  # it has ended since
        return sum(process.cpu_times()[:4])
    return 0.0
