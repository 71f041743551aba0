"""Times a few training steps of a job that was never run; nothing else of them is kept."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import provenance
from benchmarks.evidence.failures import in_one_line
from benchmarks.jobs import Job, Planned
from benchmarks.nights.lengths import Length
from benchmarks.nights.series.load import LoadMeter
from benchmarks.recipe import Begin, Recipe, fingerprint
from benchmarks.runners.places import run_apart
from benchmarks.training import backends
from benchmarks.training.job import loaded_fold
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.download import needs_no_network
from results.records import EpochEnd, JobKey

LEAST_SECONDS = 10.0  # of timed steps, unless one takes longer
PACKAGES = Path(__file__).parent.parent.parent
NAME_DEVICE = (
    "from benchmarks.training import backends; backends.import_keras_quietly(); "
    "print(backends.device(backends.current()))"
)


def measured(planned: Planned) -> Length:
    """Time training steps of a cell, in a process with one thread.

    Nothing is downloaded: its data are generated where its files are not here. Raises DataError if a step fails,
    and for a cell that is not trained.
    """
    recipe = planned.recipe
    if not isinstance(recipe, Recipe):
        raise DataError(f"{planned.cell.name} has no training steps to time.")
    backends.select_backend(planned.backend)
    job, is_here = timed_job(planned, recipe), all(map(needs_no_network, recipe.dataset.files))
    if not is_here:
        job = on_generated_data(job)
    steps = steps_of(recipe, job, None if is_here else recipe.dataset.examples)
    meter = LoadMeter()
    seconds = epoch_seconds(job)
    each = min(recipe.compiled_steps, steps) if is_here else recipe.compiled_steps
    return Length(
        planned.fingerprint,
        planned.backend,
        device_of(planned.backend),
        provenance.commit(),
        "look-alike" if job.options.lookalike else "real",
        timed=each * len(seconds),
        step=float(f"{median(seconds) / each:.6g}"),
        steps=recipe.epochs * steps,
        load=meter.others(),
    )


def on_generated_data(job: Job) -> Job:
    """Return a job that trains on look-alikes of its data. Raises DataError where their true number is unknown."""
    recipe, dataset = job.recipe, job.recipe.dataset
    assert isinstance(recipe, Recipe)
    if dataset.examples is None:
        raise DataError(f"{dataset.name} is not here, and nothing says how many examples it has.")
    short = replace(
        recipe,
        dataset=replace(dataset, files=(), examples=None, of_class=()),
        prepare=partial(with_rows, prepare=recipe.prepare, rows=recipe.compiled_steps * recipe.batch_size),
    )
    return replace(job, recipe=short, options=replace(job.options, lookalike=True))


def steps_of(recipe: Recipe, job: Job, examples: int | tuple[int, ...] | None = None) -> int:
    """Return the training steps of an epoch; `examples` are the true ones where the data are generated.

    Raises DataError where the data can't be loaded or prepared.
    """
    try:
        with loaded_fold(job) as fold:
            whole = fold if examples is None else enlarged(fold, examples)
            train = recipe.prepare(whole, np.random.default_rng(0)).train  # examples left out, or arranged
            drawn = recipe.order(train.y, recipe.batch_size, np.random.default_rng(0))
    except DataError:
        raise
    except Exception as error:  # a paper from outside may raise anything
        raise DataError(f"Its data can't be prepared: {in_one_line(error)}.") from error
    return -(-len(drawn) // recipe.batch_size)


def enlarged(fold: Fold, examples: int | tuple[int, ...]) -> Fold:
    """Return a fold whose training part has its true number of examples: the first one again and again.

    `examples` are those of all parts together, or of each.
    """
    x, y = fold.train
    parts = [len(part.y) for part in (fold.train, fold.valid, fold.test) if part is not None]
    count = examples[0] if isinstance(examples, tuple) else round(len(y) * examples / sum(parts))
    if isinstance(x, np.ndarray):
        many = np.broadcast_to(x[:1], (count, *x.shape[1:]))  # takes no memory
    else:
        many = x if is_drawn(x) else rows_of(x, np.zeros(count, int))
    return fold._replace(train=Split(many, y[np.resize(np.arange(len(y)), count)]))


def is_drawn(x: Any) -> bool:
    """Return whether rows are made when they are asked for, and can't be arranged before."""
    return not isinstance(x, np.ndarray | Sequence) and not hasattr(x, "in_order")


def rows_of(x: Any, chosen: np.ndarray) -> Any:
    """Return rows of a training part, in whichever way it keeps them."""
    if isinstance(x, Sequence):
        return [x[i] for i in chosen]
    return x.in_order(chosen) if hasattr(x, "in_order") else x[chosen]


def with_rows(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold], rows: int) -> Fold:
    """Prepare a fold and repeat its training part, if it is smaller, until it has so many rows."""
    prepared = prepare(fold, rng)
    x, y = prepared.train
    if len(y) >= rows:
        return prepared
    taken = np.resize(np.arange(len(y)), rows)
    return prepared._replace(train=Split(rows_of(x, taken), y[taken]))


def timed_job(planned: Planned, recipe: Recipe) -> Job:
    """Return a job that never ends: epochs of a few steps, without what is done between epochs."""
    short = replace(
        recipe,
        epochs=sys.maxsize,
        order=partial(first_steps, order=recipe.order, steps=recipe.compiled_steps),
        prepare=partial(without_validation, prepare=recipe.prepare),
        keep=None,
        next_rate=None,
        begin=partial(only_once, begin=recipe.begin) if recipe.begin else None,
    )
    key = JobKey("lengths", "", "", "", 0, 0, planned.backend, fingerprint(short), 1)
    options = replace(planned.options, checkpoint_after=float("inf"))
    return Job(key, short, options, planned.code)


def first_steps(
    labels: np.ndarray, batch_size: int, rng: np.random.Generator, *, order: Callable[..., np.ndarray], steps: int
) -> np.ndarray:
    """Take another order, but only its first steps."""
    return order(labels, batch_size, rng)[: steps * batch_size]


def only_once(model: Any, *, begin: Callable[[Any], Begin]) -> Begin:
    """Return what is done before the first epoch, which is not timed, and before no other."""
    do = begin(model)
    return lambda x, rng, epoch: do(x, rng, epoch) if epoch == 1 else None


def without_validation(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold]) -> Fold:
    """Prepare a fold and leave its validation part out."""
    return prepare(fold, rng)._replace(valid=None)


@cache
def device_of(backend: str) -> str:
    """Return the name of the device that a back end trains on; its own process keeps no memory of a GPU."""
    chosen = backends.backend_environment(backend, deterministic=False) | {"PYTHONPATH": str(PACKAGES)}
    command = [sys.executable, "-P", "-c", NAME_DEVICE]
    return subprocess.check_output(command, env={**os.environ, **chosen}, text=True).strip()


def epoch_seconds(job: Job) -> list[float]:
    """Return the seconds of epochs after the first one, which compiles. Raises DataError if one fails."""
    seconds: list[float] = []
    with closing(run_apart(job, threads=1)) as events:
        for event in events:
            if not isinstance(event, EpochEnd):
                raise DataError(f"A training step failed: {event.error.removesuffix('.')}.")
            seconds = [*(seconds if event.epoch > 1 else []), event.seconds]  # a process that died starts again
            if len(seconds) > 1 and sum(seconds[1:]) >= LEAST_SECONDS:
                break
    return seconds[1:]
