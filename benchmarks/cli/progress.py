"""Progress of a run: a bar on a terminal, elsewhere a line for each job, and now and then for its epochs."""

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.progress import TaskID

from benchmarks.cli.console import bar_of_steps, warn
from benchmarks.jobs import Job
from benchmarks.recipe import Recipe
from benchmarks.reproduce import Watcher
from benchmarks.streams import clean, clean_streams
from benchmarks.training.checkpoints import epochs_in, path_of
from benchmarks.training.earlier_checkpoints import Earlier
from results.records import EpochEnd, JobKey, RunRecord

SPEED_WINDOW_SECONDS = 3600.0  # an epoch may take minutes
SILENT_SECONDS = 300.0  # of a job, in a file; then the end of an epoch is a line


class RunReport(Watcher):
    """Shows how far the jobs are, and collects what goes wrong; use as a context."""

    def __init__(self, console: Console, problems: list[str] | None = None, is_brief: bool = False) -> None:
        self.console = console
        self.is_brief = is_brief  # then a job has a line only if it failed
        self.problems = [] if problems is None else problems  # each starts with "failed" or "unavailable"
        self.wanted: dict[JobKey, int] = {}  # epochs of every job
        self.done = 0
        self.epochs: dict[JobKey, int] = {}  # trained by now
        self.begun: dict[JobKey, int] = {}  # epochs in checkpoints
        self.bar = bar_of_steps(console, speed_estimate_period=SPEED_WINDOW_SECONDS)
        self.started = self.last_event = time.monotonic()
        self.last_line: dict[JobKey, float] = {}
        self.pace: dict[JobKey, deque[float]] = defaultdict(lambda: deque(maxlen=5))  # seconds of the last epochs
        self.task = TaskID(0)

    def __enter__(self) -> "RunReport":
        self.bar.start()
        clean_streams()  # the bar has put its own streams there
        return self

    def __exit__(self, *exception: object) -> None:
        self.bar.stop()

    def planned(self, jobs: Sequence[Job]) -> None:
        """Set the length of the bar."""
        self.wanted = {job.key: job.recipe.epochs if isinstance(job.recipe, Recipe) else 1 for job in jobs}
        self.begun = {job.key: found for job in jobs if (found := epochs_in(path_of(job)))}
        if jobs:
            checkpoints = f", {len(self.begun)} of them from a checkpoint" if self.begun else ""
            self.console.print(f"{len(jobs)} job(s) to run{checkpoints}.", highlight=False)
        self.task = self.bar.add_task("", total=sum(self.wanted.values()))

    def epoch(self, point: EpochEnd) -> None:
        """Advance by an epoch."""
        valid = "" if point.valid is None else f", valid {point.valid:.2f}"
        self.epochs[point.key] = point.epoch
        self.bar.update(
            self.task,
            completed=sum(self.epochs.values()),
            description=clean(f"{_place(point)} epoch {point.epoch}{valid}"),
        )
        if not self.console.is_terminal and not self.is_brief:
            self._say_how_far(point, valid)

    def _say_how_far(self, point: EpochEnd, valid: str) -> None:
        """Print a line for a job that was silent for long; epochs of a checkpoint come without their time."""
        key, now = point.key, time.monotonic()
        self.pace[key].append(point.seconds)
        since = self.last_line.setdefault(key, max(self.last_event, now - point.seconds))
        self.last_event = now
        if now - since > SILENT_SECONDS:
            self.last_line[key], wanted = now, self.wanted[key]
            left = _minutes((wanted - point.epoch) * median(self.pace[key]), " of this job")
            self._print(f"{_place(point)}: epoch {point.epoch} of {wanted}, loss {point.loss:.3g}{valid}{left}")

    def record(self, record: RunRecord, curve: Sequence[EpochEnd]) -> None:
        """Print the result of a job."""
        self.done += 1
        if record.error:  # its other epochs will not come
            self.wanted[record.key] = self.epochs.get(record.key, 0)
        self.epochs[record.key] = self.wanted[record.key]
        self.bar.update(self.task, completed=sum(self.epochs.values()), total=sum(self.wanted.values()))
        values = ", ".join(f"{name} {_brief(value)}" for name, value in record.metrics.items())
        outcome = f"failed: {record.error}" if record.error else values
        self.last_event = time.monotonic()
        left = _minutes(self._seconds_left())
        text = f"[{self.done}/{len(self.wanted)}] {_place(record)}: {outcome} ({record.seconds:.1f} s{left})"
        if record.error or not self.is_brief:
            self._print(text)
        if record.error:
            self.problems.append(f"failed: {record.error}")

    def _seconds_left(self) -> float:
        """Return the time of the epochs to come, at the pace of those trained since the start of the run."""
        done = {key: max(self.epochs.get(key, 0), self.begun.get(key, 0)) for key in self.wanted}
        trained = sum(epoch - self.begun.get(key, 0) for key, epoch in done.items())
        left = sum(max(wanted - done[key], 0) for key, wanted in self.wanted.items())
        return (self.last_event - self.started) / max(trained, 1) * left

    def _print(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False)

    def stale(self, jobs: int) -> None:
        """Say that the records of some jobs do not save a training."""
        if jobs:
            warn(f"{jobs} job(s) run again: code has changed since their records.")
            warn("`retable recheck` first would keep those whose numbers are still the same.")

    def left(self, checkpoints: Sequence[Earlier]) -> None:
        """Say how much work of other code is not continued."""
        if checkpoints:
            minutes = sum(one.seconds for one in checkpoints) / 60
            commits = ", ".join(dict.fromkeys(one.commit for one in checkpoints))
            warn(f"{len(checkpoints)} job(s) leave checkpoints of other code: {minutes:.0f} min by {commits}.")
            if any(one.is_comparable for one in checkpoints):
                warn("`retable recheck` first would keep those of code that computes the same.")

    def unavailable(self, reason: str) -> None:
        """Say which data set is unavailable."""
        self.problems.append(f"unavailable: {reason}")
        warn(f"Skipped: {reason}")


def _place(event: EpochEnd | RunRecord) -> str:
    key = event.key
    return f"{key.row} / {key.column} fold {key.fold} seed {key.seed}"


def _minutes(seconds: float, of: str = "") -> str:
    return f", about {seconds / 60:.0f} min left{of}" if seconds >= 60 else ""


def _brief(value: float) -> str:
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.2g}"
