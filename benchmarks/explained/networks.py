"""Other networks and optimizers for a factor: each function changes what the recipe has built."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np

from benchmarks.explained.factors import CannotChange
from data_pipelines.dataset import Fold

Build = Callable[[Fold, np.random.Generator], Any]
TABLES = ("embeddings", "vectors")  # of words: how they start is no matter of fan-in
NEAR = 0.1  # of a spread: then kernels start by Glorot's rule already
EPSILON = 100.0
MEMORIES = ("rho", "beta_1", "beta_2", "momentum")


def other_start(fold: Fold, rng: np.random.Generator, *, build: Build) -> Any:
    """Draw all kernels again by Glorot's rule, or by He's where they followed Glorot's. Raises CannotChange."""
    from keras import initializers

    draws = deepcopy(rng)  # so that the order of examples stays
    model = build(fold, rng)
    kernels = [w for w in model.trainable_weights if len(w.shape) > 1 and w.name not in TABLES]
    if not kernels:
        raise CannotChange("the network has no kernel")
    for kernel in kernels:
        seed = int(draws.integers(2**31))
        new = np.asarray(initializers.GlorotUniform(seed)(kernel.shape), "float64")
        if abs(np.std(np.asarray(kernel.value, "float64")) / new.std() - 1) < NEAR:
            new = np.asarray(initializers.HeNormal(seed)(kernel.shape), "float64")
        kernel.assign(new)
    return model


def in_half_precision(fold: Fold, rng: np.random.Generator, *, build: Build) -> Any:
    """Build the network in float16; penalties are in float32, as the loss is that Keras adds them to."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        model = build(fold, rng)
    finally:
        keras.config.set_dtype_policy(before)
    for weight in model.trainable_weights:
        if weight.regularizer is not None:
            weight.regularizer = partial(_in_single, weight.regularizer)
    return model


def _in_single(penalty: Callable[..., Any], weight: Any) -> Any:
    from keras import ops

    return penalty(ops.cast(weight, "float32"))


def low_dropout(fold: Fold, rng: np.random.Generator, *, build: Build) -> Any:
    """Multiply what dropout keeps by its share, in training and in the test. Raises CannotChange.

    Keras divides by it in training.
    """
    from keras import layers

    model = build(fold, rng)
    found = [layer for layer in _layers(model) if isinstance(layer, layers.Dropout) and layer.rate]
    if not found:
        raise CannotChange("the network has no dropout")
    for layer in found:
        layer.call = partial(_scaled, layer.call, 1 - layer.rate)
    return model


def _scaled(call: Callable[..., Any], share: float, *arguments: Any, **settings: Any) -> Any:
    return call(*arguments, **settings) * share


def other_pooling(fold: Fold, rng: np.random.Generator, *, build: Build) -> Any:
    """Pool by the mean instead of the maximum, or by the maximum instead of the mean. Raises CannotChange."""
    model, found = build(fold, rng), 0
    for layer in _layers(model):
        name = type(layer).__name__
        if "Pooling" in name and ("Max" in name or "Average" in name):
            pool = _whole if name.startswith("Global") else _windows
            layer.call = partial(pool, layer, "average" if "Max" in name else "max")
            found += 1
    if not found:
        raise CannotChange("the network has no layer for pooling")
    return model


def _whole(layer: Any, kind: str, x: Any, mask: Any = None) -> Any:
    from keras import ops

    if mask is not None:  # the mean alone takes one, so that the maximum is wanted
        x = ops.where(ops.expand_dims(mask, -1), x, -np.inf)
    return {"average": ops.mean, "max": ops.max}[kind](x, axis=tuple(range(1, len(x.shape) - 1)))


def _windows(layer: Any, kind: str, x: Any) -> Any:
    from keras import ops

    pool = {"average": ops.average_pool, "max": ops.max_pool}[kind]
    return pool(x, layer.pool_size, strides=layer.strides, padding=layer.padding, data_format=layer.data_format)


def padded(fold: Fold, rng: np.random.Generator, *, build: Build) -> Any:
    """Give padding a vector that is trained, or none where it has one. Raises CannotChange without a table."""
    from keras import layers

    from models.text_layers import WordVectors

    model, found, draws = build(fold, rng), 0, deepcopy(rng)
    for layer in _layers(model):
        if isinstance(layer, WordVectors):
            start = np.asarray(layer.vectors.value)
            drawn = draws.normal(0, start[1:].std(), start.shape[1:])
            layer.vectors.assign(np.concatenate([drawn[None], start[1:]]).astype(start.dtype))
            layer.call = partial(_with_padding, layer)  # type: ignore[method-assign]
        elif isinstance(layer, layers.Embedding):
            layer.call = partial(_without_padding, layer.call)
        found += isinstance(layer, WordVectors | layers.Embedding)
    if not found:
        raise CannotChange("the network has no table of words")
    return model


def _with_padding(layer: Any, words: Any) -> Any:
    from models.text_layers import gather_rows

    return gather_rows(layer.vectors, words)


def _without_padding(call: Callable[..., Any], words: Any) -> Any:
    from keras import ops

    found = call(words)
    return found * ops.cast(ops.expand_dims(ops.not_equal(words, 0), -1), found.dtype)


def _layers(model: Any) -> Iterator[Any]:
    """Yield all layers, inner ones too."""
    return iter(model._flatten_layers(include_self=False, recursive=True))


def other_epsilon(*, optimizer: Callable[[], Any], stated: Sequence[str]) -> Any:
    """Make an optimizer with a larger epsilon. Raises CannotChange where it has none, or the recipe states it."""
    made = optimizer()
    if "epsilon" in stated or not getattr(made, "epsilon", None):
        raise CannotChange("the optimizer has no epsilon that the recipe leaves open")
    made.epsilon *= EPSILON
    return made


def shorter_memory(*, optimizer: Callable[[], Any], stated: Sequence[str]) -> Any:
    """Make an optimizer whose averages forget twice as fast. Raises CannotChange without an average left open."""
    made = optimizer()
    names = [name for name in MEMORIES if getattr(made, name, None) and name not in stated]
    if not names:
        raise CannotChange("the optimizer has no average that the recipe leaves open")
    for name in names:
        setattr(made, name, 2 * getattr(made, name) - 1)
    return made
