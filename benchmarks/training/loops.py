"""Training on batches, many steps in one compiled call where the library of Keras has a loop for it.

A step is that of Keras' own trainer, without the averages that nobody reads. Examples that are neither arranged
nor augmented lie on the device, so that only row numbers travel. Single examples are augmented many at a time.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from benchmarks.recipe import Recipe
from benchmarks.training import backends
from data_pipelines.dataset import Split
from data_pipelines.text.batching import coarse

Batches = Sequence[np.ndarray]  # of row numbers
Train = Callable[[Batches, np.random.Generator], list[float]]  # returns the loss of each batch


def trainer(model: Any, recipe: Recipe, split: Split) -> Train:
    """Return the function that trains a model on batches of a split and returns the loss of each.

    Long steps gain nothing from a loop, and are those of Keras.
    """
    name = backends.current().name
    way = LOOPS.get(name) if recipe.compiled_steps > 1 else None
    return (way or by_steps_of_keras)(model, recipe, split)


def by_steps_of_keras(model: Any, recipe: Recipe, split: Split) -> Train:
    """Train by Keras, step by step."""
    return lambda batches, rng: [float(model.train_on_batch(*batch(recipe, split, rows, rng))) for rows in batches]


def on_tensorflow(model: Any, recipe: Recipe, split: Split) -> Train:
    """Train in loops of TensorFlow; XLA compiles those over single examples, where larger convolutions lose."""
    import tensorflow as tf

    is_kept, is_single = lies_on_device(recipe), takes_single_examples(recipe)
    # arguments of the loop, because what a function captures is never freed
    kept = (tf.constant(split.x), tf.constant(split.y)) if is_kept else ()
    loop = partial(_loop_over_rows if is_kept or is_single else _loop_over_laid, model)
    run = tf.function(loop, jit_compile=True) if is_single else _traced_once(loop)

    def call(group: Batches, rng: np.random.Generator) -> Any:
        if is_kept:
            return run(*kept, tf.constant(np.stack(group), tf.int32))
        if is_single:
            x, y = batch(recipe, split, np.concatenate(group), rng)
            return run(tf.constant(x), tf.constant(y), tf.range(len(group))[:, None])
        return run(*_laid([batch(recipe, split, rows, rng) for rows in group]))

    def train(batches: Batches, rng: np.random.Generator) -> list[float]:
        calls = (call(group, rng) for group in _groups(batches, recipe.compiled_steps))
        return [float(loss) for losses in calls for loss in losses.numpy()]

    return train


def _loop_over_rows(model: Any, x: Any, y: Any, rows: Any) -> Any:
    """Train on the examples of every row of `rows`, int (steps, batch size); return the losses."""
    import tensorflow as tf

    return _loop(model, lambda step: ([tf.gather(x, rows[step])], tf.gather(y, rows[step])), tf.shape(rows)[0])


def _loop_over_laid(model: Any, parts: Any, y: Any) -> Any:
    """Train on batches laid end to end by `_laid`; return the losses."""
    import tensorflow as tf

    def part(step: Any, values: Any, shapes: Any) -> Any:
        end = tf.reduce_sum(tf.reduce_prod(shapes[: step + 1], axis=1))
        return tf.reshape(values[end - tf.reduce_prod(shapes[step]) : end], shapes[step])

    return _loop(model, lambda step: ([part(step, *one) for one in parts], y[step]), tf.shape(y)[0])


def _loop(model: Any, batch: Callable[[Any], tuple[list[Any], Any]], count: Any) -> Any:
    """Train on `count` batches; `batch` returns the inputs and labels of one by its number."""
    import tensorflow as tf
    from keras import tree

    def body(step: Any, losses: Any) -> tuple[Any, Any]:
        inputs, y = batch(step)
        specs = tree.flatten(model.input)
        inputs = [tf.ensure_shape(part, spec.shape) for part, spec in zip(inputs, specs, strict=True)]
        with tf.GradientTape() as tape:
            outputs = model(tree.pack_sequence_as(model.input, inputs), training=True)
            loss = model.compute_loss(y=y, y_pred=outputs, training=True)
        weights = model.trainable_weights
        model.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return step + 1, losses.write(step, loss)

    losses = tf.TensorArray(tf.float32, count, element_shape=())
    _, losses = tf.while_loop(lambda step, _: step < count, body, (0, losses), parallel_iterations=1)
    return losses.stack()


def _laid(batches: Sequence[tuple[Any, np.ndarray]]) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Lay each input of the batches end to end: its values (all,) and shapes (batches, axes); stack the labels."""
    from keras import tree

    inputs = zip(*(tree.flatten(x) for x, _ in batches), strict=True)
    parts = [
        (np.concatenate([a.ravel() for a in one]), np.array([a.shape for a in one], "int32")) for one in inputs
    ]
    return parts, np.stack([y for _, y in batches])


def _traced_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of TensorFlow that is traced once, for any size of its arguments, by its first call."""
    import tensorflow as tf
    from keras import tree

    made: list[Any] = []

    def call(*arguments: Any) -> Any:
        if not made:
            loose = tree.map_structure(lambda array: tf.TensorSpec([None] * array.ndim, array.dtype), arguments)
            made.append(tf.function(function, input_signature=loose, autograph=False))
        return made[0](*arguments)

    return call


def _groups(batches: Batches, most: int) -> Iterator[Batches]:
    """Yield consecutive batches of equal length, at most so many at a time."""
    for _, same in groupby(batches, len):
        equal = list(same)
        yield from (equal[start : start + most] for start in range(0, len(equal), most))


def on_jax(model: Any, recipe: Recipe, split: Split) -> Train:
    """Train in one compiled scan over batches of equal shape, or else in compiled steps that nothing waits for."""
    import jax

    is_kept, is_single = lies_on_device(recipe), takes_single_examples(recipe)
    kept = (jax.numpy.asarray(split.x), jax.numpy.asarray(split.y)) if is_kept else ()
    one = jax.jit(partial(_jax_step, model), donate_argnums=0)
    several = jax.jit(partial(_jax_scan, model), donate_argnums=0)

    def train(batches: Batches, rng: np.random.Generator) -> list[float]:
        state, losses = [[variable.value for variable in part] for part in _variables(model)], []
        for group in _groups(batches, recipe.compiled_steps):
            if is_kept:
                state, found = several(state, *kept, np.stack(group))
                losses.append(found)
            elif is_single:
                examples = batch(recipe, split, np.concatenate(group), rng)
                state, found = several(state, *examples, np.arange(len(group))[:, None])
                losses.append(found)
            else:
                for rows in group:
                    state, found = one(state, batch(recipe, split, rows, rng))
                    losses.append(found)
        for variables, values in zip(_variables(model), state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        return [float(loss) for found in losses for loss in np.ravel(found)]

    return train


def _variables(model: Any) -> list[list[Any]]:
    return [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]


def _jax_scan(model: Any, state: Any, x: Any, y: Any, rows: Any) -> tuple[Any, Any]:
    """Train on the examples of every row of `rows`, int (steps, batch size); return the state and the losses."""
    import jax

    return jax.lax.scan(lambda state, mine: _jax_step(model, state, (x[mine], y[mine])), state, rows)


def _jax_step(model: Any, state: Any, examples: Any) -> tuple[Any, Any]:
    """Return the state of a model after a step on one batch, and its loss."""
    import jax

    (weights, others, of_optimizer, averages), (x, y) = state, examples
    gradient = jax.value_and_grad(model.compute_loss_and_updates, has_aux=True)
    (loss, (_, _, others, _)), slopes = gradient(
        weights, others, averages, x, y, None, training=True, optimizer_variables=of_optimizer
    )
    weights, of_optimizer = model.optimizer.stateless_apply(of_optimizer, slopes, weights)
    return [weights, others, of_optimizer, averages], loss


def lies_on_device(recipe: Recipe) -> bool:
    """Return whether a batch is nothing but rows of the training part."""
    return recipe.arrange is None and recipe.augment is None


def takes_single_examples(recipe: Recipe) -> bool:
    """Return whether every batch is one example, so that many can be augmented at a time."""
    return recipe.arrange is None and recipe.batch_size == 1


def batch(recipe: Recipe, split: Split, rows: np.ndarray, rng: np.random.Generator) -> tuple[Any, np.ndarray]:
    """Return inputs and labels of some rows, as the network takes them."""
    x = split.x[rows] if recipe.augment is None else recipe.augment(split.x[rows], rng)
    return arranged(recipe, x), split.y[rows]


def arranged(recipe: Recipe, x: np.ndarray) -> Any:
    """Return the inputs of one batch, with few distinct shapes where the backend compiles for each."""
    if recipe.arrange is None:
        return x
    return recipe.arrange(x, room=coarse) if backends.current().compiles_each_shape else recipe.arrange(x)


LOOPS: dict[str, Callable[[Any, Recipe, Split], Train]] = {"tensorflow": on_tensorflow, "jax": on_jax}
