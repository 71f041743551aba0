"""Lengths of jobs that were never run, from the time of a few training steps: the file lengths.csv."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from results.ledger import Ledger

MOST_STEPS = 10**15  # of a job


class Length(NamedTuple):
    """What a few training steps tell of a job. Validation and test are not part of it."""

    fingerprint: str  # of the recipe
    backend: str
    device: str
    commit: str
    data: str  # "real", or "look-alike" where the files are not here
    timed: int  # training steps
    step: float  # seconds
    steps: int  # of the whole job
    load: float | None = None  # what others took of the machine meanwhile, from 0 to 1

    @property
    def seconds(self) -> float:
        """Return the time that the whole job would take to train."""
        return self.step * self.steps


def add(length: Length, folder: Path) -> None:
    """Keep a length in a folder of records."""
    _ledger(folder).append([["" if value is None else str(value) for value in length]])


def begin(folder: Path) -> None:
    """Make the file if it is missing. Raises ResultsError where it cannot be written."""
    _ledger(folder).append([])


def lengths(folder: Path) -> dict[str, list[Length]]:
    """Return the lengths that a folder keeps, in the order written, by the recipe's fingerprint."""
    found: dict[str, list[Length]] = {}
    for length in _ledger(folder).read(_length)[0]:
        found.setdefault(length.fingerprint, []).append(length)
    return found


def _ledger(folder: Path) -> Ledger:
    return Ledger(folder / "lengths.csv", Length._fields, added=1)  # the load


def _length(line: Mapping[str, str]) -> Length:
    types = Length.__annotations__
    length = Length(**{name: types[name](line[name]) for name in Length._fields if name != "load"})
    length = length._replace(load=float(line["load"]) if line["load"] else None)
    is_possible = 0 < length.timed < MOST_STEPS and 0 < length.steps < MOST_STEPS and 0 <= (length.load or 0) <= 1
    if not (is_possible and 0 < length.seconds < math.inf):
        raise ValueError("a length that no job can have")
    return length


def of_device(found: Iterable[Length], device: str) -> Length | None:
    """Return the last length on a device, or else the last one; None where there is none."""
    return max(enumerate(found), key=lambda pair: (pair[1].device == device, pair[0]), default=(0, None))[1]
