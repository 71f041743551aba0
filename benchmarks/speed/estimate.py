"""What the AG column of Zhang et al. (2015) would cost at full protocol: an estimate from counted operations.

Where 9,982 rows of AG are at hand they stand for all of them. A training step is taken to need three times the
operations of its forward pass.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from benchmarks.fitting import arranged, prepare
from benchmarks.jobs import obstacle
from benchmarks.papers.zhang2015 import OURS
from benchmarks.recipe import Recipe
from benchmarks.table import load_table
from data_pipelines.dataset import Fold

COLUMN = "AG"
BATCHES = 4
STEP_TO_FORWARD = 3


class Estimate(NamedTuple):
    """A row: operations of a text in training, texts of one run, runs that the protocol asks for."""

    row: str
    parameters: int
    operations: float
    texts: int
    runs: int

    def hours(self, teraflops: float) -> float:
        """Return how long one run takes."""
        return self.operations * self.texts / (1e12 * teraflops) / 3600


def estimates() -> Iterator[Estimate]:
    """Build every network, one at a time, and count."""
    from data_pipelines.download import fetch

    for row, full, ours in networks():
        fold = ours.dataset.load([fetch(file) for file in ours.dataset.files], 0, 0)
        model, fold, rng = prepare(ours, fold, 0)
        trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        texts = full.epochs * len(full.order(fold.train.y, full.batch_size, rng))
        yield Estimate(row, trained, STEP_TO_FORWARD * _forward(model, ours, fold), texts, full.runs)


def networks() -> Iterator[tuple[str, Recipe, Recipe]]:
    """Yield every network of the column: its row, its recipe, and the same network over rows that are at hand."""
    table = load_table("zhang2015")
    for cell in table.cells("4", None, COLUMN):
        full, ours = table.recipe(cell), table.recipe(cell._replace(table=OURS))
        if isinstance(full, Recipe) and isinstance(ours, Recipe):
            yield cell.row, full, full if obstacle(ours.dataset) else ours


def _forward(model: Any, recipe: Recipe, fold: Fold) -> float:
    """Return the operations of the forward pass, a text, over a few batches."""
    rows = recipe.order(fold.train.y, recipe.batch_size, np.random.default_rng(0))
    batches = np.split(rows[: BATCHES * recipe.batch_size], BATCHES)
    counted = [operations(model, arranged(recipe, fold.train.x[batch])) for batch in batches]
    return sum(counted) / (BATCHES * recipe.batch_size)


def operations(model: Any, x: Any) -> int:
    """Return the floating-point operations of one batch, as TensorFlow counts them; loops are unrolled."""
    import keras
    import tensorflow as tf

    for layer in model.layers:
        if isinstance(layer, keras.layers.RNN):
            layer.unroll = True
    tensors = tf.nest.map_structure(tf.convert_to_tensor, x)
    signature = tf.nest.map_structure(tf.TensorSpec.from_tensor, tensors)
    graph = tf.function(lambda inputs: model(inputs)).get_concrete_function(signature).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
