"""How to earn a cell: data set, model and training settings, or a measurement without training."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

from data_pipelines.dataset import NO_DATA, Dataset, Fold
from results.metrics import Metric


def as_is(fold: Fold, rng: np.random.Generator) -> Fold:
    """Return the fold unchanged."""
    return fold


def any_order(labels: np.ndarray, batch_size: int, rng: np.random.Generator) -> np.ndarray:
    """Permute all examples, differently in every epoch."""
    return rng.permutation(len(labels))


def constant_order(labels: np.ndarray, batch_size: int, rng: np.random.Generator) -> np.ndarray:
    """Take the examples in the order of the file."""
    return np.arange(len(labels))


def one_pass(
    labels: np.ndarray, batch_size: int, rng: np.random.Generator, *, order: Callable[..., np.ndarray]
) -> np.ndarray:
    """Take another order, but no more examples than there are."""
    return order(labels, batch_size, rng)[: len(labels)]


def last_best(scores: Sequence[float]) -> bool:
    """Keep the model whose validation score, the last of `scores`, is as high as any before it."""
    return scores[-1] >= max(scores)


def last_lowest(scores: Sequence[float]) -> bool:
    """Keep the model whose validation score, the last of `scores`, is lower than any before it."""
    return scores[-1] < min(scores[:-1], default=np.inf)


def from_keras(path: str, **settings: Any) -> Callable[[], Any]:
    """Return a partial that makes an object of Keras, say "optimizers.Adam", when it is called."""
    return partial(keras_object, kind=path, **settings)


def keras_object(*, kind: str, **settings: Any) -> Any:
    """Make an object of Keras."""
    import keras

    return attrgetter(kind)(keras)(**settings)


CROSS_ENTROPY = from_keras("losses.SparseCategoricalCrossentropy", from_logits=True)


Begin = Callable[[np.ndarray, np.random.Generator, int], None]  # of training inputs, generator and epoch
FREE = {"hashed": False}  # marks a field that makes things faster and changes no number


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A Keras model and its training. Callables with settings are partials: their keywords are fingerprinted.

    Keras is imported only when they are called, so that a fingerprint needs no built model.
    """

    dataset: Dataset
    build: Callable[[Fold, np.random.Generator], Any]  # -> keras.Model
    optimizer: Callable[[], Any]  # -> keras.Optimizer
    loss: Callable[[], Any]  # -> keras.Loss
    metrics: tuple[Metric, ...]  # the first one is the validation score
    batch_size: int
    epochs: int
    prepare: Callable[[Fold, np.random.Generator], Fold] = as_is
    order: Callable[[np.ndarray, int, np.random.Generator], np.ndarray] = any_order  # of an epoch, from labels
    keep: Callable[[Sequence[float]], bool] | None = None  # of validation scores; None: the last epoch counts
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None  # of a batch, or many of one
    next_rate: Callable[[Sequence[float], float], float] | None = None  # from validation scores and the last rate
    begin: Callable[[Any], Begin] | None = None  # of a model: what is done before each epoch
    read: Callable[[Any, Any], np.ndarray] | None = field(default=None, metadata=FREE)  # (model, x) -> its output
    views: Mapping[str, Callable[[np.ndarray], np.ndarray]] | None = None  # other test inputs, by a metric's part
    arrange: Callable[..., Any] | None = field(default=None, metadata=FREE)  # the examples of a batch -> inputs
    keep_weights: bool = field(default=False, metadata=FREE)  # on this machine, to look at them later
    compiled_steps: int = field(default=1, metadata=FREE)  # training steps in one compiled call
    repetitions: int | None = field(default=None, metadata=FREE)  # of the protocol, if not the usual ones
    revision: int = 1

    def __post_init__(self) -> None:
        if any(metric.compute is None for metric in self.metrics):
            raise ValueError(f"A metric of {self.dataset.name} can't be computed from predictions.")

    @property
    def runs(self) -> int:
        """Units of repetition of the protocol: usually 5 seeds, or 3 whole cross-validations."""
        if self.repetitions is not None:
            return self.repetitions
        return 5 if self.dataset.folds == 1 else 3


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A system that is not a Keras network: `measure(fold, seed)` returns its metrics by name.

    A classification returns its predictions for the test part instead: classes (examples,) or scores
    (examples, classes).
    """

    measure: Callable[[Fold, int], Any]
    metrics: tuple[Metric, ...]
    dataset: Dataset = NO_DATA
    runs: int = 1  # a system without randomness needs one
    needs_keras: bool = field(default=False, metadata=FREE)
    revision: int = 1


@dataclass(frozen=True)
class NotAttempted:
    """Why a printed cell has no recipe."""

    reason: str


def describe(value: Any) -> Any:
    """Return settings as plain data: those that a paper states, never a library's defaults or a memory address.

    A field at its own default is left out, so that a new field does not change the fingerprints of old recipes.
    """
    if isinstance(value, Dataset):
        folds = {"folds": value.folds} if value.folds > 1 else {}
        return {"name": value.name, "data": value.data_hash, "load": describe(value.load), **folds}
    if isinstance(value, Metric):
        return value.name
    if isinstance(value, partial):
        arguments = {**{str(i): a for i, a in enumerate(value.args)}, **value.keywords}
        return {"call": describe(value.func), **describe(arguments)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        stated = [entry for entry in fields(value) if entry.metadata.get("hashed", True)]
        given = {entry.name: getattr(value, entry.name) for entry in stated}
        return {entry.name: describe(given[entry.name]) for entry in stated if given[entry.name] != entry.default}
    if isinstance(value, Mapping):
        return {str(key): describe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [describe(item) for item in value]
    return getattr(value, "__name__", value)


def fingerprint(recipe: Recipe | Measurement) -> str:
    """Return twelve hexadecimal digits over the settings, the data's hash and the revision."""
    text = json.dumps(describe(recipe), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def settings(recipe: Recipe | Measurement) -> dict[str, str]:
    """Return the description as flat names and texts, for MLflow and for showing."""
    return dict(_flatten("", describe(recipe)))


def _flatten(prefix: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _flatten(f"{prefix}.{key}".strip("."), item)]
    return [(prefix, str(value))]
