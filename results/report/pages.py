"""The contents of a report: one page per cell, one per paper."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from results.explanations.explanation import Explanation
from results.published import Kind
from results.records import EpochEnd, RunRecord
from results.tables import coverage
from results.verdicts import Answer, Verdict, counted_once

SLUG_LENGTH = 60


@dataclass(frozen=True)
class CellPage:
    """The content of the page of one cell."""

    verdict: Verdict
    settings: Mapping[str, str]  # of the recipe; empty without one
    records: Sequence[RunRecord]  # of that recipe, on any back end
    curve: Sequence[EpochEnd]
    command: str
    by_backend: Mapping[str, Verdict]

    @property
    def judged(self) -> list[RunRecord]:
        """Return the finished runs on the back end that the verdict is based on."""
        names = [name for name, found in self.by_backend.items() if found.units == self.verdict.units]
        return [record for record in self.records if record.metrics and record.key.backend in names[:1]]

    @property
    def label(self) -> str:
        """Return the row with its note."""
        cell = self.verdict.cell
        return f"{cell.row} ({cell.note})" if cell.note else cell.row

    @property
    def seconds_per_pass(self) -> float:
        """Return the mean training time of a complete pass of the protocol, over the judged runs."""
        by_seed: dict[int, list[float]] = {}
        for record in self.judged:
            by_seed.setdefault(record.key.seed, []).append(record.seconds)
        folds = max(map(len, by_seed.values()))
        return fmean(sum(times) for times in by_seed.values() if len(times) == folds)

    @property
    def devices(self) -> str:
        """Return the devices of the judged runs."""
        return " and ".join(dict.fromkeys(record.device for record in self.judged))

    @property
    def page(self) -> str:
        """Return the page of the cell's row."""
        return f"{slug(self.verdict.cell.table, self.verdict.cell.row)}.html"

    @property
    def file(self) -> str:
        """Return where the report shows a cell with a recipe: the page of its row, and a place on it."""
        return f"{self.page}#{slug(self.verdict.cell.column, self.verdict.cell.metric.name)}"

    @property
    def address(self) -> str:
        """Return where the report shows the cell: without a recipe, that is a place in the paper's table."""
        cell = self.verdict.cell
        inside = f"index.html#{slug(cell.table, cell.row, cell.column, cell.metric.name)}"
        return self.file if self.settings else inside

    @property
    def anchor(self) -> str:
        """Return the name of the cell's place on its page."""
        return self.address.partition("#")[2]

    @property
    def seconds(self) -> float:
        """Return the training time of all finished runs."""
        return sum(record.seconds for record in self.records if record.metrics)


@dataclass(frozen=True)
class PaperPage:
    """The content of the pages of one paper; `about` is Markdown."""

    name: str
    title: str
    about: str
    notes: Sequence[str]
    cells: Sequence[CellPage]
    claims: Sequence[Mapping[str, str]] = ()  # texts by heading
    misses: Sequence[str] = ()  # why cells are not reproduced
    open: Sequence[Mapping[str, str]] = ()  # texts by heading: which rows more runs would settle
    address: str = ""  # of the paper; empty where nothing was printed
    assumptions: Sequence[str] = ()  # where the paper is silent
    deviations: Sequence[str] = ()  # from the paper
    explained: Sequence[tuple[Explanation, bool]] = ()  # why ours differs, and whether that is stale

    @property
    def verdicts(self) -> list[Verdict]:
        return [page.verdict for page in self.cells]

    @property
    def kinds(self) -> list[tuple[Kind, str, list[tuple[Answer, int]]]]:
        """Return for each kind of cell how many are reproduced, and how many measurements have each answer."""
        once = counted_once(self.verdicts)
        answers = [(kind, [verdict.answer for verdict in once if verdict.cell.kind == kind]) for kind in Kind]
        return [(kind, coverage(once, kind), counted(found)) for kind, found in answers if found]

    @property
    def attempted(self) -> int:
        return sum(verdict.answer != Answer.NOT_ATTEMPTED for verdict in self.verdicts)

    @property
    def trained(self) -> dict[Any, RunRecord]:
        """Return the finished runs by key, so that a run that serves two cells counts once."""
        return {record.key: record for page in self.cells for record in page.records if record.metrics}

    @property
    def records(self) -> int:
        return len(self.trained)

    @property
    def seconds(self) -> float:
        """Return the training time of all finished runs."""
        return sum(record.seconds for record in self.trained.values())

    @property
    def hours(self) -> str:
        return duration(self.seconds)


def slug(*names: str) -> str:
    """Return a name for a file or a place that is readable, and another one for other names."""
    name = "-".join(names)
    readable = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:SLUG_LENGTH]
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def distance(verdict: Verdict) -> float | None:
    """Return our mean less the published value, in the unit of the metric; None without both."""
    value = verdict.cell.value
    return None if verdict.mean is None or value is None else verdict.mean - value


def in_margins(verdict: Verdict) -> float | None:
    """Return our mean less the published value, in margins; None without both, or without a margin."""
    difference = distance(verdict)
    return None if difference is None or not verdict.cell.margin else difference / verdict.cell.margin


def basis(pages: Iterable[PaperPage], thing: str) -> str:
    """Say what pages rest on; without the time of writing, so that equal records give equal text."""
    finished = {key: record.finished[:10] for page in pages for key, record in page.trained.items()}
    return f"{len(finished)} {thing}{f', the newest of {max(finished.values())}' if finished else ''}"


def counted(answers: Iterable[Answer]) -> list[tuple[Answer, int]]:
    """Return how often each answer occurs, in the order of the answers."""
    counts = Counter(answers)
    return [(answer, counts[answer]) for answer in Answer if counts[answer]]


def duration(seconds: float) -> str:
    """Return a duration as text in hours, minutes or seconds."""
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
