"""Job -> RunRecord: load, then fit or measure."""

import math
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks import backends, checkpoints, device, provenance
from benchmarks.fitting import fit
from benchmarks.jobs import Job, Options, adjust
from benchmarks.recipe import Measurement, NotAttempted, Recipe
from benchmarks.table import load_table
from data_pipelines.dataset import Dataset, Fold
from results.metrics import score
from results.predictions import pack
from results.records import EpochEnd, RunRecord


def train(job: Job) -> Iterator[EpochEnd | RunRecord]:
    """Run a job: yield a point per epoch, then its record. A failure becomes a record with `error`."""
    started = time.perf_counter()
    try:
        backends.import_keras_quietly()
        recipe = _recipe(job)
        device.forget_peak(job.key.backend)
        with _paths(recipe.dataset, job.options) as paths:
            record = yield from _earn(recipe, paths, job)
            _check_numbers(record)
            peak = device.peak_bytes(job.key.backend)
            record = replace(record, device=device.name(job.key.backend), peak_device_bytes=peak)
    except Exception as error:  # whatever a job breaks on, the others go on
        record = RunRecord(job.key, {}, error=f"{type(error).__name__}: {error}")
    yield replace(
        record,
        seconds=record.seconds + time.perf_counter() - started,
        commit=provenance.commit(),
        versions=provenance.versions(),
        finished=datetime.now(UTC).isoformat(timespec="microseconds"),
    )
    if not record.error:  # whoever asks for more has written the record down
        checkpoints.place(job.key, job.options.deterministic).unlink(missing_ok=True)


def _recipe(job: Job) -> Recipe | Measurement:
    key = job.key
    table = load_table(key.paper)
    recipe = adjust(table.recipe(table.cells(key.table, key.row, key.column)[0]), job.options)
    if isinstance(recipe, NotAttempted):
        raise ValueError(f"{key} has no recipe: {recipe.reason}")
    return recipe


@contextmanager
def _paths(dataset: Dataset | None, options: Options) -> Iterator[list[Path]]:
    """Provide the files of a data set: fetched ones, or generated look-alikes."""
    from data_pipelines.download import fetch

    if dataset is not None and options.lookalike:
        with tempfile.TemporaryDirectory() as folder:
            yield list(dataset.lookalike(Path(folder)))
    else:
        yield [fetch(file) for file in dataset.files] if dataset else []


def load_fold(dataset: Dataset, job: Job) -> Fold:
    """Return the fold of a job, from fetched or generated files."""
    with _paths(dataset, job.options) as paths:
        return dataset.load(paths, job.key.fold, job.key.seed)


def _check_numbers(record: RunRecord) -> None:
    """Raise ArithmeticError when training came to no number."""
    for name, value in record.metrics.items():
        if not math.isfinite(value):
            raise ArithmeticError(f"{name} is {value}")


def _earn(recipe: Recipe | Measurement, paths: list[Path], job: Job) -> Generator[EpochEnd, None, RunRecord]:
    """Load the fold, then train or measure."""
    dataset = recipe.dataset
    fold = None
    if dataset is not None:
        fold = dataset.load(paths, job.key.fold, job.key.seed)
        dataset.check(fold)
    if isinstance(recipe, Measurement):
        record = _measured(recipe, fold, job)
    elif fold is not None:
        record = yield from fit(recipe, fold, job)
    return replace(record, data_hash=dataset.data_hash if dataset else "")


def _measured(recipe: Measurement, fold: Fold | None, job: Job) -> RunRecord:
    """Return the record of a system that is no Keras model; the metrics of a classification follow from it."""
    found = recipe.measure(fold, job.key.seed)
    if fold is None or not isinstance(found, np.ndarray):
        return RunRecord(job.key, found)
    metrics = {metric.name: score(metric, fold.test.y, found) for metric in recipe.metrics}
    return RunRecord(job.key, metrics, predictions=pack(found))
