"""The core loop: table -> records -> verdicts."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from benchmarks.jobs import Job, Options, adjust
from benchmarks.recipe import Measurement, NotAttempted, Recipe, fingerprint
from benchmarks.table import PaperTable
from data_pipelines.dataset import DataError, DataFile, Dataset
from results.published import Cell
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.verdicts import Answer, Verdict, judge

Runner = Callable[[Iterable[Job]], Generator[EpochEnd | RunRecord, None, None]]


class Watcher:
    """Hears what happens while jobs run; does nothing itself."""

    def planned(self, jobs: Sequence[Job]) -> None:
        """Hear which jobs are to run."""

    def epoch(self, point: EpochEnd) -> None:
        """Hear of an epoch's end."""

    def record(self, record: RunRecord, curve: Sequence[EpochEnd]) -> None:
        """Hear of a job's end, after it was written down."""

    def unavailable(self, reason: str) -> None:
        """Hear that a data set can't be had, and its jobs are left out."""


def reproduce(
    table: PaperTable,
    cells: Sequence[Cell],
    run: Runner,
    folder: Path,
    *,
    backend: str = "tensorflow",
    seeds: int | None = None,
    options: Options = Options(),
    watcher: Watcher = Watcher(),
) -> list[Verdict]:
    """Train what is missing, write down every result, and judge every cell.

    `seeds` is the number of runs per cell; without it, what the paper's protocol asks for.
    """
    files = RecordFiles(table.paper, folder)
    with files.lock():
        files.repair()
        jobs = missing_jobs(table, cells, files.records(), backend=backend, seeds=seeds, options=options)
        jobs = _with_data(jobs, table, watcher)
        watcher.planned(jobs)
        curve: list[EpochEnd] = []
        with closing(run(jobs)) as events:  # a stop must reach the runner at once
            for event in events:
                if isinstance(event, RunRecord):
                    mine = [point for point in curve if point.key == event.key]
                    curve = [point for point in curve if point.key != event.key]
                    files.append(event, mine)  # the file first: a tracking failure must not lose a result
                    watcher.record(event, mine)
                else:  # a job that starts anew tells its epochs again
                    curve = [point for point in curve if point.key != event.key or point.epoch < event.epoch]
                    curve.append(event)
                    watcher.epoch(event)
    return verdicts(table, cells, files.records(), backend=backend, options=options)


def missing_jobs(
    table: PaperTable,
    cells: Sequence[Cell],
    records: Iterable[RunRecord],
    *,
    backend: str,
    seeds: int | None = None,
    options: Options = Options(),
) -> list[Job]:
    """Return the jobs whose result is not in `records` yet, whole passes of the protocol first."""
    done: dict[tuple, set[str]] = {}
    for record in records:
        done.setdefault(record.key.identity, set()).update(record.metrics)
    jobs: dict[tuple, tuple[int, Job]] = {}
    for cell in cells:
        recipe = adjust(table.recipe(cell), options)
        if isinstance(recipe, NotAttempted) or obstacle(recipe.dataset):
            continue
        wanted = {metric.name for metric in recipe.metrics}
        for seed in range(1 if recipe.runs == 1 else seeds or recipe.runs):
            for fold in range(recipe.dataset.folds if recipe.dataset else 1):
                key = job_key(cell, fold, seed, backend, recipe)
                if not wanted <= done.get(key.identity, set()):
                    jobs.setdefault(key.identity, (seed, Job(key, options)))
    return [job for _, job in sorted(jobs.values(), key=lambda pair: pair[0])]


def verdicts(
    table: PaperTable,
    cells: Sequence[Cell],
    records: Sequence[RunRecord],
    *,
    backend: str | None = None,
    options: Options = Options(),
) -> list[Verdict]:
    """Judge every cell by the records of its recipe on one backend: the given one, or the best covered."""
    answers = []
    for cell in cells:
        recipe = adjust(table.recipe(cell), options)
        if isinstance(recipe, NotAttempted):
            answers.append(Verdict(cell, Answer.NOT_ATTEMPTED, recipe.reason))
            continue
        mark = fingerprint(recipe)
        mine = [record for record in records if record.key.fingerprint == mark]
        if not mine and (reason := obstacle(recipe.dataset)):
            answers.append(Verdict(cell, Answer.NOT_ATTEMPTED, reason))
            continue
        used = backend or _best_covered(mine)
        mine = [record for record in mine if record.key.backend == used]
        folds = recipe.dataset.folds if recipe.dataset else 1
        answers.append(judge(cell, mine, folds=folds, runs=recipe.runs))
    return answers


def obstacle(dataset: Dataset | None) -> str:
    """Say why a set may not be used: a package is missing, or a file on request is not here; else nothing."""
    from data_pipelines.download import cached_path

    if dataset is None:
        return ""
    if dataset.package and find_spec(dataset.package) is None:
        return f"needs {dataset.package}, which has a licence of its own: pip install 'retable[{dataset.extra}]'"
    is_missing = any(file.on_request and not cached_path(file).exists() for file in dataset.files)
    return dataset.on_request if is_missing else ""


def job_key(cell: Cell, fold: int, seed: int, backend: str, recipe: Recipe | Measurement) -> JobKey:
    """Return the key of one job of a cell."""
    place = (cell.paper, cell.table, cell.row, cell.column)
    return JobKey(*place, fold, seed, backend, fingerprint(recipe), recipe.revision)


def _best_covered(records: Iterable[RunRecord]) -> str | None:
    finished = Counter(record.key.backend for record in records if record.metrics)
    return max(finished, key=lambda backend: finished[backend], default=None)


def _with_data(jobs: Sequence[Job], table: PaperTable, watcher: Watcher) -> list[Job]:
    """Fetch every data set once; tell of those that can't be had and leave their jobs out."""
    available: dict[tuple[DataFile, ...], bool] = {}
    kept = []
    for job in jobs:
        key = job.key
        recipe = adjust(table.recipe(table.cells(key.table, key.row, key.column)[0]), job.options)
        dataset = None if isinstance(recipe, NotAttempted) else recipe.dataset
        if dataset is not None and dataset.files not in available:
            available[dataset.files] = _fetched(dataset, watcher)
        if dataset is None or available[dataset.files]:
            kept.append(job)
    return kept


def _fetched(dataset: Dataset, watcher: Watcher) -> bool:
    from data_pipelines.download import fetch

    try:
        for file in dataset.files:
            fetch(file)
    except DataError as error:
        watcher.unavailable(str(error))
        return False
    return True
