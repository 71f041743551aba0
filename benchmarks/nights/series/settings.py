"""What a plan says about the row of its nights: the time for reruns, the baseline, and what closes the gate."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator

from results.verdicts import Answer

SECONDS_OF_UNIT = 'a time with its unit, such as "2 hours" or "30 min"'


class Gate(StrEnum):
    """What may close the gate of a night: any verdict, or what has changed since the baseline."""

    REPRODUCED = Answer.REPRODUCED
    COMPATIBLE = Answer.COMPATIBLE
    NEAR = Answer.NEAR
    BETTER = Answer.BETTER
    WORSE = Answer.WORSE
    DIFFERS = Answer.DIFFERS
    INCONCLUSIVE = Answer.INCONCLUSIVE
    INCOMPLETE = Answer.INCOMPLETE
    MEASURED = Answer.MEASURED
    NOT_ATTEMPTED = Answer.NOT_ATTEMPTED
    REGRESSED = "regressed"  # a verdict turned from good to bad, or equal jobs became worse
    SLOWER = "slower"  # a run takes longer


def seconds_of(text: Any) -> Any:
    """Return the seconds of a text such as "2 hours"; None stays. Raises ValueError for anything else."""
    if text is None:
        return None
    from pandas import Timedelta

    if not isinstance(text, str) or not re.search("[A-Za-z]", text):  # pandas takes nanoseconds without a unit
        raise ValueError(f"expected {SECONDS_OF_UNIT}")
    try:
        seconds = Timedelta(text).total_seconds()
    except (ValueError, OverflowError) as error:
        raise ValueError(f"expected {SECONDS_OF_UNIT}") from error
    if not seconds > 0:  # also for "NaT", which is not a number
        raise ValueError(f"expected {SECONDS_OF_UNIT}, above zero")
    return seconds


def name_of_night(value: Any) -> Any:
    """Return a date or commit as text: TOML has dates without quotes. Raises ValueError for an empty text."""
    if value is None:
        return None
    text = value.isoformat() if hasattr(value, "isoformat") else value
    if not isinstance(text, str) or not text.strip():
        raise ValueError("expected a commit, or the date of a night as 2026-11-29")
    return text.strip()


Recheck = Annotated[float | None, BeforeValidator(seconds_of)]
Baseline = Annotated[str | None, BeforeValidator(name_of_night)]


def unknown_field(name: str, known: Iterable[str]) -> str:
    """Return in words that a plan has no such field, with the nearest one that it has."""
    near = get_close_matches(name.rpartition(".")[2], list(known), n=1, cutoff=0.5)
    return f"there is no field {name!r}" + (f". Did you mean {near[0]}" if near else "")
