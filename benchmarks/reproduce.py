"""The core loop: planned cells -> jobs -> records -> verdicts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks import provenance
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.evidence.standing import current, of_recipes, standing
from benchmarks.jobs import Job, Options, Planned, missing_jobs
from benchmarks.recipe import NotAttempted, settings
from data_pipelines.dataset import DataError, DataFile, Dataset
from results.ledger import ResultsError
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.tracking import Tracker
from results.verdicts import Answer, Verdict, judge

Runner = Callable[[Iterable[Job]], Generator[EpochEnd | RunRecord, None, None]]


class Watcher:
    """Its methods are called while jobs run; here they do nothing."""

    def planned(self, jobs: Sequence[Job]) -> None:
        """Called once, with the jobs that will run."""

    def epoch(self, point: EpochEnd) -> None:
        """Called at the end of an epoch."""

    def record(self, record: RunRecord, curve: Sequence[EpochEnd]) -> None:
        """Called at the end of a job, after its record is on disk."""

    def stale(self, records: int) -> None:
        """Called with the number of records that changed code made; their jobs run again."""

    def unavailable(self, reason: str) -> None:
        """Called when a data set is unavailable; its jobs are skipped."""


def reproduce(
    planned: Sequence[Planned],
    run: Runner,
    folder: Path,
    *,
    backend: str = "tensorflow",
    seeds: int | None = None,
    watcher: Watcher = Watcher(),
    tracker: Tracker | None = None,
) -> list[Verdict]:
    """Train the missing jobs of a paper's cells, write every result to disk, track it, and judge every cell.

    `seeds` is the number of runs per cell; the default is that of the paper's protocol.
    """
    files = RecordFiles(planned[0].cell.paper, folder)
    with files.lock():
        files.repair()
        records = files.records()
        done = current(planned, records)
        if stale := len(of_recipes(planned, records)) - len(done):
            watcher.stale(stale)
        jobs = _with_data(missing_jobs(planned, done, backend=backend, seeds=seeds), watcher)
        watcher.planned(jobs)
        by_key = {job.key: job for job in jobs}
        with closing(run(jobs)) as events:  # a stop must reach the runner at once
            for record, curve in _finished(events, watcher):
                files.append(record, curve)  # the file first: a tracking failure must not lose a result
                watcher.record(record, curve)
                if tracker is not None:
                    cell = by_place(planned)[record.key[1:4]].cell
                    tracker.send(cell, record, curve, settings(by_key[record.key].recipe))
    judged = verdicts(planned, files.records(), backend=backend)
    if tracker is not None:
        for verdict in judged:
            tracker.send_verdict(verdict)
    return judged


def _finished(
    events: Iterable[EpochEnd | RunRecord], watcher: Watcher
) -> Iterator[tuple[RunRecord, list[EpochEnd]]]:
    """Yield every record with its curve; pass epochs to the watcher."""
    curves: dict[JobKey, list[EpochEnd]] = defaultdict(list)
    for event in events:
        if isinstance(event, RunRecord):
            yield event, curves.pop(event.key, [])
        else:  # a job that starts again yields its epochs again
            before = [point for point in curves[event.key] if point.epoch < event.epoch]
            curves[event.key] = [*before, event]
            watcher.epoch(event)


def by_place(planned: Iterable[Planned]) -> dict[tuple[str, ...], Planned]:
    """Return planned cells by table, row and column; the first where a place has several metrics."""
    found: dict[tuple[str, ...], Planned] = {}
    for one in planned:
        found.setdefault(one.cell[1:4], one)
    return found


def track(planned: Sequence[Planned], files: RecordFiles, tracker: Tracker) -> tuple[int, int]:
    """Send to MLflow the records that it lacks; return how many were sent, and how many have no recipe today."""
    places, curves, records = by_place(planned), files.curves(), files.records()
    recipes = {one.fingerprint: one.recipe for one in planned if not isinstance(one.recipe, NotAttempted)}
    known = [r for r in records if r.key[1:4] in places and r.key.fingerprint in recipes]
    sent = sum(
        tracker.send(places[r.key[1:4]].cell, r, curves.get(r.key, []), settings(recipes[r.key.fingerprint]))
        for r in known
    )
    for verdict in verdicts(planned, records):
        tracker.send_verdict(verdict)
    return sent, len(records) - len(known)


def folder_of_records(results: Path, options: Options) -> tuple[Path, str]:
    """Return where records go, and why they do not count: trials go to trial/.

    Raises ResultsError if the folder cannot be written.
    """
    reason = ""
    if options.is_trial:
        reason = "not the paper's settings and data"
    elif not provenance.is_clean():
        reason = "the code has uncommitted changes"
    folder = results / "trial" if reason else results
    try:
        (folder / "reproduced").mkdir(parents=True, exist_ok=True)
        probe = folder / "reproduced" / ".writable.lock"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ResultsError(f"The results folder {folder} can't be written: {error.strerror}.") from error
    return folder, reason


def verdicts(
    planned: Sequence[Planned], records: Iterable[RunRecord], *, backend: str | None = None
) -> list[Verdict]:
    """Judge every cell by the records of its recipe on one back end: the given one, or the best covered."""
    by_fingerprint, rechecks = defaultdict(list), Rechecks.read()
    for record in records:
        by_fingerprint[record.key.fingerprint].append(record)
    return [_verdict(one, by_fingerprint[one.fingerprint], rechecks, backend) for one in planned]


def _verdict(planned: Planned, records: Sequence[RunRecord], rechecks: Rechecks, backend: str | None) -> Verdict:
    recipe = planned.recipe
    if isinstance(recipe, NotAttempted) or (not records and planned.obstacle):
        return Verdict(planned.cell, Answer.NOT_ATTEMPTED, planned.obstacle)
    used = backend or _best_covered(records)
    found = standing(planned, [record for record in records if record.key.backend == used], rechecks)
    verdict = judge(planned.cell, found.shown, folds=recipe.dataset.folds, runs=recipe.runs)
    return replace(verdict, stale=found.stale, retired=found.retired)


def _best_covered(records: Iterable[RunRecord]) -> str | None:
    finished = Counter(record.key.backend for record in records if record.metrics)
    return max(finished, key=lambda backend: finished[backend], default=None)


def _with_data(jobs: Sequence[Job], watcher: Watcher) -> list[Job]:
    """Fetch every data set once; report those that are unavailable and leave their jobs out."""
    available: dict[tuple[DataFile, ...], bool] = {}
    for job in jobs:
        dataset = job.recipe.dataset
        if dataset.files not in available:
            available[dataset.files] = _fetched(dataset, watcher)
    return [job for job in jobs if available[job.recipe.dataset.files]]


def _fetched(dataset: Dataset, watcher: Watcher) -> bool:
    from data_pipelines.download import fetch

    try:
        for file in dataset.files:
            fetch(file)
    except DataError as error:
        watcher.unavailable(str(error))
        return False
    return True
