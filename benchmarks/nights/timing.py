"""Times a few training steps of a job that was never run; nothing else of them is kept."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from benchmarks import provenance
from benchmarks.jobs import Job, Planned
from benchmarks.nights.lengths import Length
from benchmarks.recipe import Recipe, fingerprint
from benchmarks.runners.places import run_apart
from benchmarks.training import backends
from benchmarks.training.job import loaded_fold
from data_pipelines.dataset import DataError, Fold
from results.records import EpochEnd, JobKey

LEAST_SECONDS = 10.0  # of timed steps, unless one takes longer


def measured(planned: Planned) -> Length:
    """Time training steps of a cell, in a process with one thread.

    Its data are generated where its files are not here. Raises DataError if a step fails, and for a cell that is
    not trained.
    """
    recipe = planned.recipe
    if not isinstance(recipe, Recipe):
        raise DataError(f"{planned.cell.name} has no training steps to time.")
    job = _job(planned, recipe)
    try:
        steps = steps_of(recipe, job)
    except DataError:
        job = replace(job, options=replace(job.options, lookalike=True))
        steps = steps_of(recipe, job)
    seconds = epoch_seconds(job)
    each = min(recipe.compiled_steps, steps // recipe.epochs)  # steps of an epoch
    return Length(
        planned.fingerprint,
        planned.backend,
        device_of(planned.backend),
        provenance.commit(),
        "look-alike" if job.options.lookalike else "real",
        timed=each * len(seconds),
        step=float(f"{median(seconds) / each:.6g}"),
        steps=steps,
    )


def steps_of(recipe: Recipe, job: Job) -> int:
    """Return the training steps of a whole job."""
    with loaded_fold(job) as fold:
        drawn = recipe.order(fold.train.y, recipe.batch_size, np.random.default_rng(0))
    return recipe.epochs * -(-len(drawn) // recipe.batch_size)


def _job(planned: Planned, recipe: Recipe) -> Job:
    """Return a job that never ends: epochs of a few steps, without what is done between epochs."""
    short = replace(
        recipe,
        epochs=sys.maxsize,
        order=partial(first_steps, order=recipe.order, steps=recipe.compiled_steps),
        prepare=partial(without_validation, prepare=recipe.prepare),
        keep=None,
        next_rate=None,
        begin=None,
    )
    key = JobKey("lengths", "", "", "", 0, 0, planned.backend, fingerprint(short), 1)
    options = replace(planned.options, checkpoint_after=float("inf"))
    return Job(key, short, options, planned.code)


def first_steps(
    labels: np.ndarray, batch_size: int, rng: np.random.Generator, *, order: Callable[..., np.ndarray], steps: int
) -> np.ndarray:
    """Take another order, but only its first steps."""
    return order(labels, batch_size, rng)[: steps * batch_size]


def without_validation(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold]) -> Fold:
    """Prepare a fold and leave its validation part out."""
    return prepare(fold, rng)._replace(valid=None)


def device_of(backend: str) -> str:
    """Return the name of the device that a back end trains on."""
    backends.select_backend(backend)
    backends.import_keras_quietly()
    return backends.device(backends.current())


def epoch_seconds(job: Job) -> list[float]:
    """Return the seconds of epochs after the first one, which compiles. Raises DataError if one fails."""
    seconds: list[float] = []
    events = run_apart(job, threads=1)
    for event in events:
        if not isinstance(event, EpochEnd):
            raise DataError(f"A training step failed: {event.error}.")
        seconds.append(event.seconds)
        if len(seconds) > 1 and sum(seconds[1:]) >= LEAST_SECONDS:
            break
    events.close()
    return seconds[1:]
