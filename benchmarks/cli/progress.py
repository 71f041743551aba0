"""What a person sees of a run: a bar on a terminal, a line per job elsewhere."""

import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.jobs import Job
from benchmarks.recipe import Measurement, Recipe, fingerprint, settings
from benchmarks.reproduce import Watcher
from results.published import Cell
from results.records import EpochEnd, JobKey, RunRecord
from results.tracking import Tracker

SPEED_WINDOW_SECONDS = 3600.0  # an epoch may take minutes


def bar_of_steps(console: Console) -> Progress:
    """Return a bar for many equal steps, none where the output is no terminal; use as a context."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, *times, console=console, disable=not console.is_terminal)


class RunReport(Watcher):
    """Shows how far the jobs are and sends each record to MLflow; use as a context."""

    def __init__(
        self,
        console: Console,
        tracker: Tracker,
        cells: Sequence[Cell],
        recipes: Sequence[Recipe | Measurement],
        problems: list[str] | None = None,
    ) -> None:
        self.console, self.tracker, self.places = console, tracker, by_place(cells)
        self.recipes = {fingerprint(recipe): recipe for recipe in recipes}
        self.problems = [] if problems is None else problems  # each starts with "failed" or "unavailable"
        self.total = self.done = 0
        self.epochs: dict[JobKey, int] = {}  # trained by now
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
        )
        times = (TimeElapsedColumn(), TimeRemainingColumn())
        self.bar = Progress(
            *columns,
            *times,
            console=console,
            disable=not console.is_terminal,
            speed_estimate_period=SPEED_WINDOW_SECONDS,
        )
        self.started = time.monotonic()
        self.task = TaskID(0)

    def __enter__(self) -> "RunReport":
        self.bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()

    def planned(self, jobs: Sequence[Job]) -> None:
        """Set the length of the bar."""
        self.total = len(jobs)
        if jobs:
            self.console.print(f"{len(jobs)} job(s) to run.", highlight=False)
        self.task = self.bar.add_task("", total=sum(self._epochs(job.key.fingerprint) for job in jobs))

    def epoch(self, point: EpochEnd) -> None:
        """Advance by an epoch."""
        valid = "" if point.valid is None else f", valid {point.valid:.2f}"
        self.epochs[point.key] = point.epoch
        self.bar.update(
            self.task,
            completed=sum(self.epochs.values()),
            description=f"{_place(point)} epoch {point.epoch}{valid}",
        )

    def record(self, record: RunRecord, curve: Sequence[EpochEnd]) -> None:
        """Print the result of a job, and track it."""
        self.done += 1
        self.epochs[record.key] = self._epochs(record.key.fingerprint)
        self.bar.update(self.task, completed=sum(self.epochs.values()))
        values = ", ".join(f"{name} {_brief(value)}" for name, value in record.metrics.items())
        outcome = f"failed: {record.error}" if record.error else values
        left = (time.monotonic() - self.started) / self.done * (self.total - self.done) / 60
        costs = f"{record.seconds:.1f} s" + (f", about {left:.0f} min left" if left >= 1 else "")
        text = f"[{self.done}/{self.total}] {_place(record)}: {outcome} ({costs})"
        self.console.print(text, markup=False, highlight=False)
        if record.error:
            self.problems.append(f"failed: {record.error}")
        recipe = self.recipes[record.key.fingerprint]
        self.tracker.send(self.places[record.key[1:4]], record, curve, settings(recipe))

    def unavailable(self, reason: str) -> None:
        """Say which data can't be had."""
        self.problems.append(f"unavailable: {reason}")
        warn(f"Left out: {reason}")

    def _epochs(self, mark: str) -> int:
        recipe = self.recipes[mark]
        return recipe.epochs if isinstance(recipe, Recipe) else 1


def by_place(cells: Sequence[Cell]) -> dict[tuple, Cell]:
    """Return the cells by table, row and column; the first where a place has several metrics."""
    return {(cell.table, cell.row, cell.column): cell for cell in reversed(cells)}


def warn(text: str) -> None:
    """Print a line on the error stream."""
    print(text, file=sys.stderr)


def _place(event: EpochEnd | RunRecord) -> str:
    key = event.key
    return f"{key.row} / {key.column} fold {key.fold} seed {key.seed}"


def _brief(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"
