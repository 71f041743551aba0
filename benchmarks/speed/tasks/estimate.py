"""The AG column of Zhang et al. (2015): the cost of its networks on a GPU, from counted operations.

TensorFlow counts the operations of the forward pass over real batches; a training step is taken as three times
as many. A run has 30 epochs of 5,000 minibatches. The speed of the GPU is an assumption: `--teraflops T`.

The "Lk." rows train their word table. Their parameters are those for the words of 9,982 rows; a table of 50,000
words has up to 8 million more. By the same count, on an H100 shared by five or more jobs, large networks over
9,982 rows trained at 16 to 33 TFLOP/s, and small ones over characters at 3 to 10. At the median speed of those
runs, all rows with five runs each would take 89 hours of that GPU instead of 153.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from benchmarks.jobs import obstacle
from benchmarks.papers.zhang2015 import OURS
from benchmarks.recipe import Recipe
from benchmarks.speed.task import Report
from benchmarks.table import load_table
from benchmarks.training.backends import select_backend
from benchmarks.training.fitting import prepare
from benchmarks.training.loops import arranged
from data_pipelines.dataset import Fold

COLUMN = "AG"
BATCHES = 4
STEP_TO_FORWARD = 3


class Estimate:
    """Every network is built and its operations are counted; none is trained."""

    title: ClassVar[str] = "Zhang et al. (2015) at full protocol: an estimate"
    fewest_repeats: ClassVar[int] = 1

    def measure(self, *, teraflops: float = 10.0) -> Report:
        """Estimate hours at an assumed speed of the GPU, in 10^12 operations per second."""
        select_backend("tensorflow")
        what = f"{COLUMN} column at full protocol, at {teraflops:g} TFLOP/s"
        return {"what": what, "estimates": list(estimates(teraflops))}

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return estimates as texts by heading, and their total."""
        rows = [
            {
                "row": one["row"],
                "trained parameters": f"{one['parameters']:,}",
                "GFLOP per text": f"{one['operations'] / 1e9:.2f}",
                "texts per run": f"{one['texts']:,}",
                "runs": str(one["runs"]),
                "hours per run": f"{one['hours']:.1f}",
                "hours, all runs": f"{one['hours'] * one['runs']:.0f}",
            }
            for one in report["estimates"]
        ]
        total = sum(one["hours"] * one["runs"] for one in report["estimates"])
        return [*rows, dict.fromkeys(rows[0], "") | {"row": "total", "hours, all runs": f"{total:.0f}"}]


def estimates(teraflops: float) -> Iterator[dict[str, Any]]:
    """Build every network, one at a time, and yield its operations per text and the hours of one run."""
    from data_pipelines.download import fetch

    for row, full, ours in networks():
        fold = ours.dataset.load([fetch(file) for file in ours.dataset.files], 0, 0)
        model, fold, rng = prepare(ours, fold, 0)
        counted = STEP_TO_FORWARD * _forward(model, ours, fold)
        texts = full.epochs * len(full.order(fold.train.y, full.batch_size, rng))
        yield {
            "row": row,
            "parameters": sum(int(np.prod(weight.shape)) for weight in model.trainable_weights),
            "operations": counted,
            "texts": texts,
            "runs": full.runs,
            "hours": counted * texts / (1e12 * teraflops) / 3600,
        }


def networks() -> Iterator[tuple[str, Recipe, Recipe]]:
    """Yield every network of the column: its row, its recipe, and the recipe whose data are used.

    If the 9,982 rows are available they stand for all of AG, which then need not be fetched.
    """
    table = load_table("zhang2015")
    for cell in table.cells("4", None, COLUMN):
        full, ours = table.recipe(cell), table.recipe(cell._replace(table=OURS))
        if isinstance(full, Recipe) and isinstance(ours, Recipe):
            yield cell.row, full, full if obstacle(ours.dataset) else ours


def _forward(model: Any, recipe: Recipe, fold: Fold) -> float:
    """Return the operations of the forward pass per text, over a few batches."""
    rows = recipe.order(fold.train.y, recipe.batch_size, np.random.default_rng(0))
    batches = np.split(rows[: BATCHES * recipe.batch_size], BATCHES)
    counted = [operations(model, arranged(recipe, fold.train.x[batch])) for batch in batches]
    return sum(counted) / (BATCHES * recipe.batch_size)


def operations(model: Any, x: Any) -> int:
    """Return the floating-point operations of one batch, as TensorFlow counts them, with loops unrolled."""
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


TASK = Estimate()
