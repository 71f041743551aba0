"""What a check finds in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from results.audit.entries import Entry


class Grade(StrEnum):
    """How grave a finding is."""

    IMPOSSIBLE = "impossible"  # no data and no rounding give these numbers
    IMPROBABLE = "improbable"  # chance gives them in less than 1 % of such tables
    NOTE = "note"  # worth a look


@dataclass(frozen=True)
class Finding:
    """One finding, in one line of arithmetic; `entries` are the numbers that contradict each other."""

    grade: Grade
    check: str
    entries: tuple[Entry, ...]
    arithmetic: str
    p_value: float | None = None  # of a finding that is improbable, corrected for all tests of the table


class Chance(NamedTuple):
    """One test of a table: how probable numbers as strange as these are, before correction."""

    p_value: float
    check: str
    entries: tuple[Entry, ...]
    arithmetic: str


def impossible(check: str, entries: Sequence[Entry], arithmetic: str) -> Finding:
    return Finding(Grade.IMPOSSIBLE, check, tuple(entries), arithmetic)


def note(check: str, entries: Sequence[Entry], arithmetic: str) -> Finding:
    return Finding(Grade.NOTE, check, tuple(entries), arithmetic)


def as_row(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data by heading; the place is that of its first number."""
    first = finding.entries[0]
    return {
        "grade": finding.grade.value,
        "check": finding.check,
        **dict(zip(("table", "row", "column", "metric"), first.place, strict=True)),
        "number": first.number.text,
        "arithmetic": finding.arithmetic,
        "p": finding.p_value,
    }


def in_words(finding: Finding) -> str:
    """Return a finding as a line."""
    table, row, column, _ = finding.entries[0].place
    place = " / ".join(filter(None, (table, row, column)))
    p_value = "" if finding.p_value is None else f"; p = {finding.p_value:.2g} over all tests of the table"
    return f"{finding.grade.value}, {finding.check}: {place}: {finding.arithmetic}{p_value}."
