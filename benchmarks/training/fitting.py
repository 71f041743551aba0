"""One Keras model: seed and build it, train it epoch by epoch, predict with it, and measure it."""

import math
import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.jobs import Job
from benchmarks.recipe import Begin, Recipe
from benchmarks.training import backends, checkpoints
from benchmarks.training.loops import Train, arranged, trainer
from data_pipelines.dataset import Fold, Split
from results.metrics import classifies, score
from results.predictions import encode
from results.records import EpochEnd, JobKey, RunRecord

PREDICTION_BATCH = 500


class _Session(NamedTuple):
    """A recipe, its compiled model and prepared fold, the job's generator, and what begins and trains an epoch."""

    recipe: Recipe
    model: Any
    fold: Fold
    rng: np.random.Generator
    begin: Begin
    train: Train


def fit(recipe: Recipe, fold: Fold, job: Job) -> Generator[EpochEnd, None, RunRecord]:
    """Train epoch by epoch; return the record with the kept model's metrics and predictions."""
    started = time.perf_counter()
    backend = backends.current()
    backend.forget_peak()
    model, fold, rng = prepare(recipe, fold, job.key.seed, job.options.deterministic)
    try:
        begin = recipe.begin(model) if recipe.begin else _nothing
        session = _Session(recipe, model, fold, rng, begin, trainer(model, recipe, fold.train))
        progress = yield from _epochs(session, job, started)
        if recipe.keep_weights:
            checkpoints.save_weights(model, job.key)
        metrics, predictions = _measure(model, recipe, fold)
        return RunRecord(
            job.key,
            metrics,
            epochs=recipe.epochs,
            seconds=progress.spent_seconds,
            examples_per_second=_examples(recipe, fold.train) / sum(point.seconds for point in progress.curve),
            parameters=_parameters(model),
            peak_device_bytes=backend.peak_bytes(),
            device=backends.device(backend),
            predictions=predictions,
        )
    finally:
        backend.release(model)


def prepare(
    recipe: Recipe, fold: Fold, seed: int, deterministic: bool = False
) -> tuple[Any, Fold, np.random.Generator]:
    """Seed everything, then return the compiled model, the prepared fold and the job's generator."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    if deterministic:
        backends.current().make_deterministic()
    rng = np.random.default_rng(seed)
    fold = recipe.prepare(fold, rng)
    model = recipe.build(fold, rng)
    if not isinstance(model, keras.Model):
        raise TypeError(f"The function build of this recipe returned {model!r}. Expected a keras.Model.")
    if not model.built:
        raise ValueError(
            "The model of this recipe has no weights yet, because it does not know the shape of its inputs. "
            "Begin it with keras.Input(shape)."
        )
    compile_once(model, recipe.optimizer(), recipe.loss())
    return model, fold, rng


def _nothing(x: np.ndarray, rng: np.random.Generator, epoch: int) -> None:
    """Begin an epoch."""


def compile_once(model: Any, optimizer: Any, loss: Any, **settings: Any) -> None:
    """Compile a model whose first step TensorFlow traces once, not a second time for the optimizer's variables."""
    model.compile(optimizer, loss, **settings)
    optimizer.build(model.trainable_variables)


def _epochs(session: _Session, job: Job, started: float) -> Generator[EpochEnd, None, checkpoints.Progress]:
    """Train to the end, from a checkpoint if there is one; return the curve and the seconds of earlier starts."""
    recipe, model, _, rng, *_ = session
    progress = checkpoints.resume(job, model, rng)
    saved = started
    yield from progress.curve
    for epoch in range(len(progress.curve) + 1, recipe.epochs + 1):
        point = _epoch(session, job.key, epoch)
        progress.curve.append(point)
        _follow(model, recipe, progress)
        now = time.perf_counter()
        if now - saved > job.options.checkpoint_after:
            spent = progress.spent_seconds + now - started
            checkpoints.save(job, model, rng, replace(progress, spent_seconds=spent))
            saved = time.perf_counter()
        yield point
    if progress.best:
        model.set_weights(progress.best)
    return progress


def _epoch(session: _Session, key: JobKey, epoch: int) -> EpochEnd:
    """Train for an epoch and score the validation part. Raises ArithmeticError when a number is not finite."""
    recipe, model, fold, rng, begin, train = session
    started = time.perf_counter()
    begin(fold.train.x, rng, epoch)
    loss = train_epoch(train, recipe, fold.train.y, rng)
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss is {loss} in epoch {epoch}")
    seconds = time.perf_counter() - started
    valid = None
    if fold.valid is not None:
        valid = score(recipe.metrics[0], fold.valid.y, predict(model, recipe, fold.valid.x))
        if not math.isfinite(valid):  # no epoch could be called the best
            raise ArithmeticError(f"the validation score is {valid} in epoch {epoch}")
    return EpochEnd(key, epoch, loss, valid, seconds)


def _follow(model: Any, recipe: Recipe, progress: checkpoints.Progress) -> None:
    """Apply the recipe's rules after an epoch: keep the weights of the best one, change the learning rate."""
    scores = [point.valid for point in progress.curve if point.valid is not None]
    if recipe.keep is not None and recipe.keep(scores):
        progress.best = [np.array(weight) for weight in model.get_weights()]
    if recipe.next_rate is not None:
        optimizer = model.optimizer
        optimizer.learning_rate = recipe.next_rate(scores, float(optimizer.learning_rate))


def train_epoch(train: Train, recipe: Recipe, labels: np.ndarray, rng: np.random.Generator) -> float:
    """Train on the examples that the recipe draws, in its order; return the mean loss."""
    rows = recipe.order(labels, recipe.batch_size, rng)
    batches = np.split(rows, range(recipe.batch_size, len(rows), recipe.batch_size))
    return float(np.average(train(batches, rng), weights=[len(batch) for batch in batches]))


def predict(model: Any, recipe: Recipe, x: np.ndarray) -> np.ndarray:
    """Return the model's output for every example."""
    if recipe.read is not None:
        return recipe.read(model, x)
    if recipe.arrange is None:
        return model.predict(x, batch_size=PREDICTION_BATCH, verbose=0)
    parts = (x[start : start + PREDICTION_BATCH] for start in range(0, len(x), PREDICTION_BATCH))
    return np.concatenate([model.predict_on_batch(arranged(recipe, part)) for part in parts])


def _measure(model: Any, recipe: Recipe, fold: Fold) -> tuple[dict[str, float], str]:
    """Return every metric on its part of the fold, or on its view of the test part; and the test predictions.

    Only those of a classification are returned, packed.
    """
    splits = {"training": fold.train, "test": fold.test}
    measured: dict[str, float] = {}
    packed = ""
    for part in dict.fromkeys(metric.part for metric in recipe.metrics):
        split = splits.get(part, fold.test)
        x = split.x if part in splits else (recipe.views or {})[part](split.x)
        predictions = predict(model, recipe, x)
        mine = [metric for metric in recipe.metrics if metric.part == part]
        measured |= {metric.name: score(metric, split.y, predictions) for metric in mine}
        if part == "test" and any(map(classifies, mine)):
            packed = encode(predictions)
    return measured, packed


def _examples(recipe: Recipe, split: Split) -> float:
    """Count the training examples of all epochs; an epoch need not take every example once."""
    drawn = recipe.order(split.y, recipe.batch_size, np.random.default_rng(0))
    return recipe.epochs * len(drawn) * np.size(split.y) / len(split.y)


def _parameters(model: Any) -> int:
    """Count the weights, without the states of recurrent layers."""
    remembered = [state for layer in model.layers for state in getattr(layer, "memory", ())]
    return model.count_params() - sum(math.prod(state.shape) for state in remembered)
