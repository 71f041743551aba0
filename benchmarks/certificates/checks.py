"""What a check of a certificate says."""

import csv
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from benchmarks.evidence.roots import UnknownCode
from results.ledger import ResultsError

MALFORMED = (  # whatever reading a text that somebody else wrote can raise
    *(KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError, ImportError),
    *(ResultsError, UnknownCode, SyntaxError, csv.Error),
)


class Outcome(StrEnum):
    """The outcomes of a check."""

    OK = "ok"
    FAULT = "FAULT"
    UNCHECKED = "not checked"


class Check(NamedTuple):
    """A point that was looked at; `file` is the one that it is about, empty for several."""

    point: str
    outcome: Outcome
    text: str = ""
    file: str = ""


def judged(point: str, fault: str, text: str = "", file: str = "") -> Check:
    """Return a check that found a fault, or none: then `text` says what holds."""
    return Check(point, Outcome.FAULT if fault else Outcome.OK, fault or text, file)


def guarded(point: str, file: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Yield the checks of a look; content that cannot be read is a fault of its file."""
    try:
        yield from look()
    except MALFORMED as error:
        text = f"it lacks {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        yield Check(point, Outcome.FAULT, f"malformed: {text or type(error).__name__}", file)
