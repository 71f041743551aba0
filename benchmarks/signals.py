"""How commands end: by which signals, and with which statuses.

Python drops an exception that a finalizer raises, so the exception of a signal is raised again.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

AGAIN_SECONDS = 5  # a library may have turned the exception into an error of its own
SOON_SECONDS = 0.01


class Status(IntEnum):
    """Exit statuses of commands."""

    DONE = 0  # also when nothing was left to do
    FAILED = 1  # a mistake, a failed job, missing data or a closed gate
    USAGE = 2
    STOPPED = 3  # before the end, because time was over; the same command goes on
    ALREADY_RUNNING = 4
    NO_EVIDENCE = 5  # nothing that could be run or judged
    IMPOSSIBLE = 6  # an audited table has numbers that cannot be
    INTERRUPTED = 130  # by Ctrl-C


@contextmanager
def raised_until_exit(number: int, stop: Callable[[int], BaseException]) -> Iterator[None]:
    """Re-raise a stop signal until the block exits, even if a finalizer swallows it.

    `stop` returns the exception for a signal's number; the signal is `number` or the alarm of the process' timer.
    Handlers are restored, and the timer is off afterwards. On Windows, which lacks this timer, signals do what
    they did before.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    raised: BaseException | None = None

    def handle(number: int, frame: Any) -> None:
        nonlocal raised
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        raised = stop(number)
        raise raised

    def lost(error: Any) -> None:
        if error.exc_value is raised:
            signal.setitimer(signal.ITIMER_REAL, SOON_SECONDS)
        else:
            hook(error)

    before = {number: signal.signal(number, handle) for number in (number, signal.SIGALRM)}
    hook, sys.unraisablehook = sys.unraisablehook, lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
