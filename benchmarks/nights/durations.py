"""Times of a plan, as texts with a unit: "2 hours", "90 min"."""

import re
from typing import Annotated

from pydantic import BeforeValidator

LONGEST_SECONDS = 366 * 24 * 3600
EXAMPLE = 'expected a time with its unit, as "2 hours"'


def seconds_of(text: object) -> float | None:
    """Return the seconds of a text with a unit; None for None. Raises ValueError for anything else."""
    import pandas as pd

    if text is None:
        return None
    if not isinstance(text, str) or not re.search(r"[A-Za-z:]", text):
        raise ValueError(EXAMPLE)
    try:
        found = pd.Timedelta(text).total_seconds()
    except (ValueError, OverflowError) as error:
        raise ValueError(EXAMPLE) from error
    if not 1 <= found <= LONGEST_SECONDS:  # also what is not a number
        raise ValueError("expected a second or more, up to a year")
    return found


def in_words(seconds: float) -> str:
    """Return a time for a person, in hours or minutes."""
    amount, unit = (seconds / 3600, "hour") if seconds >= 3600 else (seconds / 60, "minute")
    if seconds < 60:
        amount, unit = seconds, "second"
    text = f"{amount:.3g}"
    return f"{text} {unit}{'' if text == '1' else 's'}"


Duration = Annotated[float | None, BeforeValidator(seconds_of)]
