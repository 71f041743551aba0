"""Signals that end what is under way, raised again until it has ended: what strikes in a finaliser is lost."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

AGAIN_SECONDS = 5  # where it is not known that one is lost: a library may have made an error of its own of it
SOON_SECONDS = 0.01


@contextmanager
def raised_until_heard(number: int, stop: Callable[[int], BaseException]) -> Iterator[None]:
    """Raise inside what `stop` makes of a signal's number, at this signal and when the timer of the process rings.

    And again after a while, until it has come out. Leaves handlers as they were, and the timer off. Windows has no
    such timer: there a signal does what it did before.
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
