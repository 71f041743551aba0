"""Progress of a run: a bar on a terminal, a line per job elsewhere."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.training import Job
from results.records import EpochEnd, RunRecord


class RunProgress:
    """Shows how far the jobs are; use as a context."""

    def __init__(self, console: Console, epochs_per_job: dict[str, int]) -> None:
        self.console, self.epochs = console, epochs_per_job
        self.total = self.done = 0
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self.bar = Progress(
            *columns,
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.task: TaskID | None = None

    def __enter__(self) -> "RunProgress":
        self.bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()

    def planned(self, jobs: Sequence[Job]) -> None:
        """Set the length of the bar."""
        self.total = len(jobs)
        steps = sum(self._steps(job.key.fingerprint) for job in jobs)
        if jobs:
            self.console.print(f"{len(jobs)} job(s) to run.", highlight=False)
            self.task = self.bar.add_task("starting", total=steps)

    def epoch(self, point: EpochEnd) -> None:
        """Advance by an epoch."""
        if self.task is not None:
            valid = "" if point.valid is None else f", valid {point.valid:.2f}"
            text = f"{_short(point)} epoch {point.epoch}{valid}"
            self.bar.update(self.task, advance=1, description=text)

    def record(self, record: RunRecord) -> None:
        """Print the result of a job."""
        self.done += 1
        if self.task is not None and not record.epochs:
            self.bar.update(self.task, advance=self._steps(record.key.fingerprint))
        values = ", ".join(f"{name} {value:.2f}" for name, value in record.metrics.items())
        outcome = f"failed: {record.error}" if record.error else values
        text = f"[{self.done}/{self.total}] {_short(record)}: {outcome} ({record.seconds:.1f} s)"
        self.console.print(text, markup=False, highlight=False)

    def _steps(self, fingerprint: str) -> int:
        return self.epochs.get(fingerprint, 1)


def _short(event: EpochEnd | RunRecord) -> str:
    key = event.key
    return f"{key.row} / {key.column} fold {key.fold} seed {key.seed}"
