"""Provide a trained network to look at: from kept weights, or trained now."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks import provenance
from benchmarks.jobs import Job
from benchmarks.look.subject import Trained
from benchmarks.recipe import Recipe
from benchmarks.training.checkpoints import weights_path
from benchmarks.training.fitting import predict, prepare
from benchmarks.training.job import loaded_fold, train
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import intact
from results.records import EpochEnd


@contextmanager
def trained(
    job: Job, recipe: Recipe, commits: Sequence[str], report: Callable[[EpochEnd], None]
) -> Iterator[Trained]:
    """Provide a job's model with the weights kept by the first of `commits` that has any.

    Without any it is trained now, each epoch passed to `report`; no record is written. Raises DataError if that
    fails.
    """
    with loaded_fold(job) as fold:
        paths = _kept(job, commits) or _trained_now(job, report)
        model, prepared, _ = prepare(recipe, fold, job.key.seed)
        model.optimizer.build(model.trainable_variables)  # its state is in the file too
        model.load_weights(paths[0])
        yield Trained(recipe, model, prepared, fold.test.x, partial(predict, model, recipe))


def _trained_now(job: Job, report: Callable[[EpochEnd], None]) -> list[Path]:
    for event in train(job):
        if isinstance(event, EpochEnd):
            report(event)
        elif event.error:
            raise DataError(f"Training failed: {event.error}")
    if not (paths := _kept(job, [provenance.commit()])):
        raise DataError("The weights could not be written, so there is nothing to look at.")
    return paths


def _kept(job: Job, commits: Sequence[str]) -> list[Path]:
    paths = (weights_path(job.key, commit) for commit in commits)
    return [path for path in paths if intact(path)]
