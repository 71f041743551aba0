"""Job -> RunRecord: seed, load, build, fit, measure."""

import math
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import backends, checkpoints, device, provenance, weights
from benchmarks.recipe import Measurement, NotAttempted, Recipe, one_pass
from benchmarks.table import load_table
from data_pipelines.dataset import Dataset, Fold, Split
from data_pipelines.packing import coarse
from results.metrics import Metric
from results.records import EpochEnd, JobKey, RunRecord

PREDICTION_BATCH = 500
MOST_UNROLLED_STEPS = 16  # JAX repeats the step's program for each, and compiles that long


@dataclass(frozen=True)
class Options:
    """What a person may change about a run. Other epochs or data make it a trial; nothing else does."""

    epochs: int | None = None
    lookalike: bool = False
    deterministic: bool = False  # sets every switch of the backend; slower
    checkpoint_after: float = 60.0  # seconds that an epoch must take for a checkpoint at its end

    @property
    def is_trial(self) -> bool:
        return self.epochs is not None or self.lookalike


@dataclass(frozen=True)
class Job:
    """One model to train; plain data that can travel to another process."""

    key: JobKey
    options: Options = Options()


def adjust(recipe: Recipe | Measurement | NotAttempted, options: Options) -> Recipe | Measurement | NotAttempted:
    """Return the recipe with a person's changes, and so with another fingerprint."""
    if isinstance(recipe, Recipe) and options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    if not isinstance(recipe, NotAttempted) and options.lookalike and recipe.dataset:
        lookalike = replace(
            recipe.dataset, name=f"{recipe.dataset.name} look-alike", files=(), examples=None, of_class=()
        )
        recipe = replace(recipe, dataset=lookalike)
        if isinstance(recipe, Recipe):
            recipe = replace(recipe, order=partial(one_pass, order=recipe.order))
    return recipe


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
        record = RunRecord(job.key, recipe.measure(fold, job.key.seed))
    elif fold is not None:
        record = yield from _fit(recipe, fold, job)
    return replace(record, data_hash=dataset.data_hash if dataset else "")


def _fit(recipe: Recipe, fold: Fold, job: Job) -> Generator[EpochEnd, None, RunRecord]:
    """Train epoch by epoch; return the record with the kept model's metrics."""
    started = time.perf_counter()
    model, fold, rng = prepare(recipe, fold, job.key.seed, job.options.deterministic)
    try:
        progress = yield from _epochs(model, recipe, fold, rng, job, started)
        if recipe.keep_weights:
            weights.keep(model, job.key)
        return RunRecord(
            job.key,
            _measure(model, recipe, fold),
            epochs=recipe.epochs,
            seconds=progress.spent_seconds,
            examples_per_second=_examples(recipe, fold.train) / sum(point.seconds for point in progress.curve),
            parameters=_parameters(model),
        )
    finally:
        backends.release(model)


def _epochs(
    model: Any, recipe: Recipe, fold: Fold, rng: np.random.Generator, job: Job, started: float
) -> Generator[EpochEnd, None, checkpoints.Progress]:
    """Train to the end, from a checkpoint if there is one; return the curve and the seconds of earlier starts."""
    path = checkpoints.place(job.key, job.options.deterministic)
    progress = checkpoints.resume(path, job.key, model, rng)
    yield from progress.curve
    for epoch in range(len(progress.curve) + 1, recipe.epochs + 1):
        point = _epoch(model, recipe, fold, rng, job.key, epoch)
        progress.curve.append(point)
        _follow(model, recipe, progress)
        if point.seconds > job.options.checkpoint_after:
            spent = progress.spent_seconds + time.perf_counter() - started
            checkpoints.save(path, model, rng, replace(progress, spent_seconds=spent))
        yield point
    if progress.best:
        model.set_weights(progress.best)
    return progress


def _examples(recipe: Recipe, split: Split) -> float:
    """Count what is trained on in all epochs; an epoch need not take every example once."""
    drawn = recipe.order(split.y, recipe.batch_size, np.random.default_rng(0))
    return recipe.epochs * len(drawn) * np.size(split.y) / len(split.y)


def _epoch(model: Any, recipe: Recipe, fold: Fold, rng: np.random.Generator, key: JobKey, epoch: int) -> EpochEnd:
    """Train for an epoch and look at the validation part. Raises ArithmeticError when it comes to no number."""
    started = time.perf_counter()
    loss = train_epoch(model, recipe, fold.train, rng)
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss is {loss} in epoch {epoch}")
    seconds = time.perf_counter() - started
    valid = None
    if fold.valid is not None:
        valid = score(recipe.metrics[0], fold.valid.y, predict(model, recipe, fold.valid.x))
        if not math.isfinite(valid):  # no epoch could be told to be the best
            raise ArithmeticError(f"the validation score is {valid} in epoch {epoch}")
    return EpochEnd(key, epoch, loss, valid, seconds)


def _follow(model: Any, recipe: Recipe, progress: checkpoints.Progress) -> None:
    """Do what the recipe does after an epoch: keep the weights of a best one, change the learning rate."""
    scores = [point.valid for point in progress.curve if point.valid is not None]
    if recipe.keep is not None and recipe.keep(scores):
        progress.best = [np.array(weight) for weight in model.get_weights()]
    if recipe.next_rate is not None:
        optimizer = model.optimizer
        optimizer.learning_rate = recipe.next_rate(scores, float(optimizer.learning_rate))


def _parameters(model: Any) -> int:
    """Count the weights, less what a recurrent layer remembers."""
    remembered = [state for layer in model.layers for state in getattr(layer, "memory", ())]
    return model.count_params() - sum(math.prod(state.shape) for state in remembered)


def prepare(
    recipe: Recipe, fold: Fold, seed: int, deterministic: bool = False
) -> tuple[Any, Fold, np.random.Generator]:
    """Seed everything, then return the compiled model, the prepared fold and the job's generator."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    if deterministic:
        backends.switch_to_deterministic()
    rng = np.random.default_rng(seed)
    fold = recipe.prepare(fold, rng)
    model = recipe.build(fold, rng)
    compile_once(model, recipe.optimizer(), recipe.loss(), **_compilation(recipe))
    return model, fold, rng


def compile_once(model: Any, optimizer: Any, loss: Any, **settings: Any) -> None:
    """Compile a model whose first step TensorFlow traces once, not a second time for the optimizer's variables."""
    model.compile(optimizer, loss, **settings)
    optimizer.build(model.trainable_variables)


def _compilation(recipe: Recipe) -> dict[str, Any]:
    """Return how many steps the backend compiles into one call, which pays where a step is short."""
    import keras

    if recipe.compiled_steps == 1:
        return {}
    unrolled = keras.backend.backend() == "jax"
    steps = min(recipe.compiled_steps, MOST_UNROLLED_STEPS) if unrolled else recipe.compiled_steps
    return {"steps_per_execution": steps, "jit_compile": True if keras.backend.backend() != "torch" else "auto"}


def train_epoch(model: Any, recipe: Recipe, split: Split, rng: np.random.Generator) -> float:
    """Train on the examples that the recipe draws, in its order; return the mean loss."""
    rows = recipe.order(split.y, recipe.batch_size, rng)
    if recipe.arrange is None and recipe.augment is None:
        history = model.fit(split.x[rows], split.y[rows], recipe.batch_size, verbose=0, shuffle=False)
        return float(history.history["loss"][0])
    losses, sizes = [], []
    for start in range(0, len(rows), recipe.batch_size):
        batch = rows[start : start + recipe.batch_size]
        x = split.x[batch] if recipe.augment is None else recipe.augment(split.x[batch], rng)
        losses.append(model.train_on_batch(arranged(recipe, x), split.y[batch]))  # of this batch alone
        sizes.append(len(batch))
    return float(np.average(losses, weights=sizes))


def predict(model: Any, recipe: Recipe, x: np.ndarray) -> np.ndarray:
    """Return the model's output for every example."""
    if recipe.read is not None:
        return recipe.read(model, x)
    if recipe.arrange is None:
        return model.predict(x, batch_size=PREDICTION_BATCH, verbose=0)
    parts = (x[start : start + PREDICTION_BATCH] for start in range(0, len(x), PREDICTION_BATCH))
    return np.concatenate([model.predict_on_batch(arranged(recipe, part)) for part in parts])


def arranged(recipe: Recipe, x: np.ndarray) -> Any:
    """Return the inputs of one batch, with few distinct shapes where the backend compiles for each."""
    import keras

    if recipe.arrange is None:
        return x
    return recipe.arrange(x, room=coarse) if keras.backend.backend() == "jax" else recipe.arrange(x)


def _measure(model: Any, recipe: Recipe, fold: Fold) -> dict[str, float]:
    """Return every metric on its part of the fold, or on its view of the test part."""
    splits = {"training": fold.train, "test": fold.test}
    measured: dict[str, float] = {}
    for part in dict.fromkeys(metric.part for metric in recipe.metrics):
        split = splits.get(part, fold.test)
        x = split.x if part in splits else (recipe.views or {})[part](split.x)
        predictions = predict(model, recipe, x)
        mine = [metric for metric in recipe.metrics if metric.part == part]
        measured |= {metric.name: score(metric, split.y, predictions) for metric in mine}
    return measured


def score(metric: Metric, labels: np.ndarray, predictions: np.ndarray) -> float:
    """Return a metric of predictions; every metric of a recipe can be computed."""
    return metric.compute(labels, predictions) if metric.compute else float("nan")
