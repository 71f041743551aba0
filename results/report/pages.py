"""What a report tells of a cell and of a paper."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from results.records import EpochEnd, RunRecord
from results.verdicts import Answer, Verdict

SLUG_LENGTH = 60


@dataclass(frozen=True)
class CellPage:
    """What is told about one printed cell."""

    verdict: Verdict
    settings: Mapping[str, str]  # of the recipe; empty where there is none
    records: Sequence[RunRecord]  # of that recipe, on any backend
    curve: Sequence[EpochEnd]
    command: str
    by_backend: Mapping[str, Verdict]

    @property
    def judged(self) -> list[RunRecord]:
        """Return the finished runs that the verdict rests on, those of its backend."""
        names = [name for name, found in self.by_backend.items() if found.units == self.verdict.units]
        return [record for record in self.records if record.metrics and record.key.backend in names[:1]]

    @property
    def file(self) -> str:
        """Return the page's file name: readable, and different for every cell."""
        cell = self.verdict.cell
        name = "-".join((cell.table, cell.row, cell.column, cell.metric.name))
        readable = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:SLUG_LENGTH]
        return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:6]}.html"


@dataclass(frozen=True)
class PaperPage:
    """What is told about one paper; `about` is Markdown."""

    name: str
    title: str
    about: str
    notes: Sequence[str]
    cells: Sequence[CellPage]
    claims: Sequence[Mapping[str, str]] = ()  # texts by heading

    @property
    def verdicts(self) -> list[Verdict]:
        return [page.verdict for page in self.cells]

    @property
    def counts(self) -> list[tuple[Answer, int]]:
        """Return how many cells have each answer, in the order of the answers."""
        counted = Counter(verdict.answer for verdict in self.verdicts)
        return [(answer, counted[answer]) for answer in Answer if counted[answer]]

    @property
    def attempted(self) -> int:
        return sum(verdict.answer != Answer.NOT_ATTEMPTED for verdict in self.verdicts)

    @property
    def trained(self) -> dict[Any, RunRecord]:
        """Return the finished runs; one that serves two cells is there once."""
        return {record.key: record for page in self.cells for record in page.records if record.metrics}

    @property
    def records(self) -> int:
        return len(self.trained)

    @property
    def hours(self) -> str:
        return duration(sum(record.seconds for record in self.trained.values()))


def duration(seconds: float) -> str:
    """Return a time in hours, minutes or seconds, whichever reads best."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
