"""What a plan says about the row of its nights: the baseline, and what closes the gate."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator

from results.verdicts import Answer


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


def name_of_night(value: Any) -> Any:
    """Return a date or commit as text: TOML has dates without quotes. Raises ValueError for an empty text."""
    if value is None:
        return None
    text = value.isoformat() if hasattr(value, "isoformat") else value
    if not isinstance(text, str) or not text.strip():
        raise ValueError("expected a commit, or the date of a night as 2026-11-29")
    return text.strip()


Baseline = Annotated[str | None, BeforeValidator(name_of_night)]
