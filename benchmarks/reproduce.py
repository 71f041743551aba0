"""The core loop: planned cells -> jobs -> records -> verdicts."""

from collections import defaultdict
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import provenance
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.evidence.standing import current, of_recipes, standing
from benchmarks.jobs import Job, Options, Planned, lacked_what_is_here, missing_jobs
from benchmarks.recipe import Measurement, NotAttempted, Recipe, settings
from benchmarks.streams import masked
from benchmarks.tracked.about import of_cells, of_job
from benchmarks.training.checkpoints import for_records, remove_finished
from benchmarks.training.earlier_checkpoints import Earlier, adopt
from data_pipelines.dataset import DataError, DataFile, Dataset
from data_pipelines.whole_files import remove_leftovers
from results.comparison import welch
from results.ledger import ResultsError
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.tracking.tracker import Tracker
from results.verdicts import Answer, Verdict, judge, units

STUDIES = "study"
CONTRADICTION = 0.01  # below it, two back ends disagree beyond chance
Runner = Callable[[Iterable[Job]], Generator[EpochEnd | RunRecord, None, None]]


class Watcher:
    """Its methods are called while jobs run; here they do nothing."""

    def planned(self, jobs: Sequence[Job]) -> None:
        """Called once, with the jobs that will run."""

    def epoch(self, point: EpochEnd) -> None:
        """Called at the end of an epoch."""

    def record(self, record: RunRecord, curve: Sequence[EpochEnd]) -> None:
        """Called at the end of a job, after its record is on disk."""

    def stale(self, jobs: int) -> None:
        """Called with the number, 0 too, of jobs that run again, because code has changed since their records."""

    def left(self, checkpoints: Sequence[Earlier]) -> None:
        """Called with the checkpoints, perhaps none, that jobs leave because of other code."""

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
    only: Container[tuple] | None = None,
) -> list[Verdict]:
    """Train the missing jobs of a paper's cells, write every result to disk, track it, and judge every cell.

    `seeds` is the number of runs per cell; the default is that of the paper's protocol. With `only`, other jobs
    than those of these identities are left out.
    """
    files = RecordFiles(planned[0].cell.paper, folder)
    with files.lock():
        remove_leftovers(folder)
        files.repair()
        by_key = {job.key: job for job in _jobs(planned, files, watcher, backend=backend, seeds=seeds, only=only)}
        with closing(run(list(by_key.values()))) as events:  # a stop must reach the runner at once
            for record, curve in _finished(events, watcher, by_key):
                files.append(record, curve)  # the file first: a tracking failure must not lose a result
                watcher.record(record, curve)
                if tracker is not None:
                    one, recipe = by_place(planned)[record.key[1:4]], by_key[record.key].recipe
                    tracker.send(one.cell, record, curve, settings(recipe), of_job(one, record, folder))
    judged = verdicts(planned, files.records(), backend=backend)
    if tracker is not None:
        tracker.send_rest()
        tracker.send_verdicts(judged, of_cells(planned, folder))
    return judged


def _jobs(
    planned: Sequence[Planned],
    files: RecordFiles,
    watcher: Watcher,
    *,
    backend: str,
    seeds: int | None,
    only: Container[tuple] | None,
) -> list[Job]:
    """Return the missing jobs whose data are here, each beside the checkpoint that it continues from."""
    waiting, records = for_records(files), files.records()
    counted = current(planned, records)
    remove_finished(waiting, records, counted)
    missing = missing_jobs(planned, counted, backend=backend, seeds=seeds)
    chosen = [job for job in missing if only is None or job.key.identity in only]
    jobs = [replace(job, records=waiting) for job in with_data(chosen, watcher)]
    watcher.stale(_recorded(chosen, of_recipes(planned, records)))
    watcher.left(adopt(jobs, Rechecks.read()))
    watcher.planned(jobs)
    return jobs


def _recorded(jobs: Iterable[Job], records: Iterable[RunRecord]) -> int:
    """Return how many jobs have a result, whatever code made it."""
    known = {record.key.identity for record in records if not record.error}
    return sum(job.key.identity in known for job in jobs)


def _dated(record: RunRecord, job: Job) -> RunRecord:
    """Complete the record of a job that was lost with its process."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    return replace(record, commit=provenance.commit(), code=job.code, finished=now)


def _finished(
    events: Iterable[EpochEnd | RunRecord], watcher: Watcher, jobs: Mapping[JobKey, Job]
) -> Iterator[tuple[RunRecord, list[EpochEnd]]]:
    """Yield every record with its curve, its error without secrets; pass epochs to the watcher."""
    curves: dict[JobKey, list[EpochEnd]] = defaultdict(list)
    for event in events:
        if isinstance(event, RunRecord):
            record = event if event.finished else _dated(event, jobs[event.key])
            yield replace(record, error=masked(record.error)), curves.pop(event.key, [])
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


def place_of_records(results: Path, options: Options) -> tuple[Path, str]:
    """Return the folder where records go, and why they do not count: trials go to trial/. Nothing is written."""
    reason = options.difference or provenance.difference()
    return (folder_of_trials(results) if reason else results), reason


def folder_of_trials(results: Path) -> Path:
    """Return the folder of trials in a folder of records; it may be that folder already."""
    return results if is_of_trials(results) else results / "trial"


def folder_of_studies(results: Path) -> Path:
    """Return the folder of runs of changed recipes, which explain and never count."""
    return results / STUDIES


def is_of_trials(folder: Path) -> bool:
    """Return whether the records of a folder never count."""
    return folder.name in ("trial", STUDIES)


def folder_of_records(results: Path, options: Options) -> tuple[Path, str]:
    """Make and return the folder where records go, and say why they do not count.

    Raises ResultsError if the folder cannot be written.
    """
    folder, reason = place_of_records(results, options)
    try:
        (folder / "reproduced").mkdir(parents=True, exist_ok=True)
        probe = folder / "reproduced" / ".writable.lock"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ResultsError(f"The results folder {folder} can't be written: {error.strerror}.") from error
    return folder, reason


def verdicts(
    planned: Sequence[Planned],
    records: Iterable[RunRecord],
    *,
    backend: str | None = None,
    rechecks: Rechecks | None = None,
) -> list[Verdict]:
    """Judge every cell by the records of its recipe on one back end.

    That is the given one, or the one that leads in the paper; if that has no records, the best covered.
    `rechecks` are those of this checkout, unless given.
    """
    rechecks = rechecks or Rechecks.read()
    by_fingerprint, by_cell = defaultdict(list), defaultdict(list)
    for record in records:
        by_fingerprint[record.key.fingerprint].append(record)
        by_cell[record.key[1:4]].append(record)
    judged = []
    for one in planned:
        mine = by_fingerprint[one.fingerprint]
        completed = _completed(one, [*mine, *by_cell[one.cell[1:4]]])
        judged.append(replace(_verdict(one, mine, rechecks, backend), completed=completed, beside=one.beside))
    return judged


def _verdict(planned: Planned, records: Sequence[RunRecord], rechecks: Rechecks, backend: str | None) -> Verdict:
    recipe = planned.recipe
    if isinstance(recipe, NotAttempted) or (not records and planned.obstacle):
        return Verdict(planned.cell, Answer.NOT_ATTEMPTED, planned.obstacle)
    judged = {
        name: _on_one_backend(planned, recipe, mine, rechecks)
        for name, mine in _by(lambda key: key.backend, records).items()
    }
    used = backend or (planned.backend if planned.backend in judged else _best_covered(judged)) or planned.backend
    found = judged.get(used) or judge(planned.cell, (), folds=recipe.dataset.folds, runs=recipe.runs)
    return replace(found, backend=used, finding=_finding(found, used, judged))


def _on_one_backend(
    planned: Planned, recipe: Recipe | Measurement, records: Sequence[RunRecord], rechecks: Rechecks
) -> Verdict:
    found = standing(planned, records, rechecks)
    known = [record for record in found.shown if not lacked_what_is_here(record, recipe.dataset)]
    verdict = judge(planned.cell, known, folds=recipe.dataset.folds, runs=recipe.runs)
    return replace(verdict, stale=found.stale, retired=found.retired)


def _by(name: Callable[[JobKey], str], records: Iterable[RunRecord]) -> dict[str, list[RunRecord]]:
    groups = defaultdict(list)
    for record in records:
        groups[name(record.key)].append(record)
    return dict(groups)


def _completed(planned: Planned, records: Iterable[RunRecord]) -> int:
    """Return how many recipes have had all runs of today's protocol for a cell, on one back end."""
    cell, recipe = planned.cell, planned.recipe
    if isinstance(recipe, NotAttempted):
        return 0
    groups = _by(lambda key: f"{key.fingerprint} {key.backend}", records)
    folds, name = recipe.dataset.folds, cell.metric.name
    whole = {text.split()[0] for text, mine in groups.items() if len(units(mine, name, folds)) >= recipe.runs}
    return len(whole)


def _finding(found: Verdict, used: str, judged: Mapping[str, Verdict]) -> str:
    """Say which other back ends have another mean than chance allows."""
    texts = []
    for name, other in judged.items():
        p_value = None if name == used else welch(found.units, other.units)
        if p_value is not None and p_value < CONTRADICTION:
            ours, theirs = (
                f"{v.mean:.2f} (n {len(v.units)}{', stale' if v.stale else ''})" for v in (found, other)
            )
            texts.append(f"back ends disagree: {used} {ours}, {name} {theirs}, p {p_value:.1g} by Welch's test")
    return "; ".join(texts)


def _best_covered(judged: Mapping[str, Verdict]) -> str | None:
    return max(judged, key=lambda backend: len(judged[backend].records), default=None)


def with_data(jobs: Sequence[Job], watcher: Watcher) -> list[Job]:
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
        watcher.unavailable(masked(str(error)))
        return False
    return True
