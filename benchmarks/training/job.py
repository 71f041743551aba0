"""Job -> RunRecord: load the data, then train a network or measure another system."""

import math
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine, provenance
from benchmarks.evidence.failures import in_one_line
from benchmarks.jobs import Job
from benchmarks.recipe import Measurement, Recipe
from benchmarks.training import backends, checkpoints
from benchmarks.training.fitting import fit
from benchmarks.training.system import sampled
from data_pipelines.cache import made_by
from data_pipelines.dataset import Fold, Split
from results.metrics import score
from results.predictions import decode, encode
from results.records import EpochEnd, JobKey, Observed, RunRecord

MOST_CLASSES = 100  # of a confusion matrix


def train(job: Job) -> Iterator[EpochEnd | RunRecord]:
    """Run a job: yield a point per epoch, then its record. A failure becomes a record with `error`."""
    started = time.perf_counter()
    with sampled() as sampler:
        try:
            if isinstance(job.recipe, Recipe) or job.recipe.needs_keras:
                backends.import_keras_quietly()
            record = yield from _earn(job)
            _check_numbers(record)
        except (Exception, SystemExit) as error:  # one broken job must not stop the others
            record = RunRecord(job.key, {}, error=in_one_line(error))
    yield replace(
        record,
        seconds=record.seconds + time.perf_counter() - started,
        commit=provenance.commit(),
        versions=provenance.versions(),
        finished=datetime.now(UTC).isoformat(timespec="microseconds"),
        code=job.code,
        threads=machine.threads(),
        peak_bytes=machine.peak_bytes(),
        observed=record.observed._replace(samples=sampler.finish() if sampler else ()),
    )
    if not record.error:  # a caller that asks for more has written the record
        checkpoints.remove(checkpoints.path_of(job))


@contextmanager
def loaded_fold(job: Job) -> Iterator[Fold]:
    """Provide the fold of a job, from fetched files or generated look-alikes."""
    with _files(job) as paths:
        yield job.recipe.dataset.load(paths, job.key.fold, job.key.seed)


@contextmanager
def _files(job: Job) -> Iterator[list[Path]]:
    """Provide the files of a job: a fold may read them again, so look-alikes stay until the job has ended."""
    from data_pipelines.download import fetch

    dataset = job.recipe.dataset
    with made_by(job.code.data), tempfile.TemporaryDirectory() as folder:
        if job.options.lookalike:
            yield list(dataset.lookalike(Path(folder)))
        else:
            yield [fetch(file) for file in dataset.files]


def _check_numbers(record: RunRecord) -> None:
    """Raise ArithmeticError when a metric is not finite."""
    for name, value in record.metrics.items():
        if not math.isfinite(value):
            raise ArithmeticError(f"{name} is {value}")


def _earn(job: Job) -> Generator[EpochEnd, None, RunRecord]:
    """Load the fold, then train or measure."""
    recipe, dataset = job.recipe, job.recipe.dataset
    with _files(job) as paths:
        fold = dataset.load(paths, job.key.fold, job.key.seed)
        dataset.check(fold)
        if isinstance(recipe, Recipe):
            record = yield from fit(recipe, fold, job)
        else:
            record = _measured(recipe, fold, job.key)
        seen = Observed(sizes=_sizes(fold), confusion=_confusion(fold.test, record.predictions))
    return replace(record, data_hash=dataset.data_hash, observed=seen)


def _sizes(fold: Fold) -> tuple[tuple[str, int], ...]:
    parts = {"train": fold.train, "validation": fold.valid, "test": fold.test}
    return tuple((name, len(part.y)) for name, part in parts.items() if part is not None and len(part.y))


def _confusion(test: Split, predictions: str) -> tuple[tuple[int, ...], ...]:
    """Return how often each true class, a row, was taken for each class; nothing for more than 100 of them."""
    if not predictions:
        return ()
    true, found = np.asarray(test.y), decode(predictions)
    if true.shape != found.shape or not true.size or true.dtype.kind not in "iu" or true.min() < 0:
        return ()
    count = int(max(true.max(), found.max())) + 1
    if count > MOST_CLASSES:
        return ()
    pairs = np.bincount(true.astype("int64") * count + found, minlength=count * count)
    return tuple(map(tuple, pairs.reshape(count, count).tolist()))


def _measured(recipe: Measurement, fold: Fold, key: JobKey) -> RunRecord:
    """Return the record of a system that is not a Keras model; a classification is scored by its predictions."""
    found, device = recipe.measure(fold, key.seed), machine.processor()
    if not isinstance(found, np.ndarray):
        _check_names(recipe, found)
        return RunRecord(key, found, device=device)
    metrics = {metric.name: score(metric, fold.test.y, found) for metric in recipe.metrics}
    return RunRecord(key, metrics, device=device, predictions=encode(found))


def _check_names(recipe: Measurement, found: Any) -> None:
    """Raise ValueError where a measurement returned something else than the metrics of its recipe."""
    expected = [metric.name for metric in recipe.metrics]
    if not isinstance(found, Mapping) or not found.keys() >= set(expected):
        raise ValueError(f"The measurement returned {found!r}. Expected an array, or a dict of {expected}")
