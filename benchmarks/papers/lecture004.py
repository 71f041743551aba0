"""Lecture 004: one-dimensional networks over sound.

Source: M. Cochez, Deep Learning, lecture 3, part two. It prints no result, so all rows are ours. They ask what the
slides say of convolutions over the amplitudes of a sound: that they need fewer parameters and data than a fully
connected network, that they find a pattern wherever it is, and that strides or pooling reduce the dimension.

Ten digits by six speakers, at 8 kHz; each recording is divided by its largest amplitude. The input is its middle
second, 8,000 samples. One convolutional network has three layers of filters with strides of 8, 4 and 2; the other
has max pooling over as many places instead. Both have 13,210 parameters, the fully connected network 2,050,826.
The column "480 recordings" has a fifth of the training part. The column "shifted" has the test recordings 0.18 s
later or earlier, in turn, as in the table of `waibel1989`. No network trains on shifted recordings.

The slides give no sizes. These were tried on the validation recordings, 45 to 49 of each digit and speaker, with
seed 100 and 30 epochs, of which the last one with the best accuracy counts:
- strides: 86.7 % at a rate of 0.003, 90.7 at 0.01, 76.7 at 0.03. Steps of 4, 4 and 4 with 16, 16 and 32 maps have
  75.7 % after 20 epochs at 0.003, where steps of 8, 4 and 2 have 85.0;
- pooling: 96.0 % at 0.003, 98.3 at 0.01;
- fully connected: 256 units have 24.3 % at 0.0001, 24.7 at 0.0003, 25.3 at 0.001; 64 units 23.0 at 0.001. Their
  mean loss on the training part falls to 0.002, so it is generalization that they lack.

Strides and pooling count as near each other within 3 points, nine of 300 recordings.
"""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.recipe import CROSS_ENTROPY, Recipe, as_is, from_keras, last_best
from benchmarks.table import Claim, PaperTable
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.spoken_digits import RATE, SPOKEN_SAMPLES, shifted
from results.metrics import ACCURACY, SHIFTED_ACCURACY
from results.published import Cell

TABLE_NAME = "spoken digits"
STRIDES, POOLING, FLAT = "convolution with strides", "convolution with pooling", "fully connected"
FEW = "480 recordings"  # a column
SHIFT = 18 * RATE // 100  # samples
FILTERS_RATE, FLAT_RATE = 0.01, 0.001
SHAPE: dict[str, Any] = {"maps": (16, 32, 32), "kernels": (32, 8, 8), "steps": (8, 4, 2)}


def recipe(cell: Cell) -> Recipe:
    """Return the recipe of a cell."""
    is_small = cell.column == FEW
    return Recipe(
        dataset=SPOKEN_SAMPLES,
        build=BUILDS[cell.row],
        optimizer=from_keras("optimizers.Adam", learning_rate=FLAT_RATE if cell.row == FLAT else FILTERS_RATE),
        loss=CROSS_ENTROPY,
        metrics=(ACCURACY,) if is_small else (ACCURACY, SHIFTED_ACCURACY),
        batch_size=32,
        epochs=30,
        prepare=partial(every, step=5) if is_small else as_is,
        keep=last_best,
        views=None if is_small else {SHIFTED_ACCURACY.part: partial(shifted, steps=SHIFT, silence=0.0)},
        compiled_steps=15,
    )


def every(fold: Fold, rng: np.random.Generator, *, step: int) -> Fold:
    """Keep one of `step` training examples: in sorted order, as many of each digit and speaker."""
    return fold._replace(train=Split(fold.train.x[::step], fold.train.y[::step]))


def convolutional(fold: Fold, rng: np.random.Generator, *, classes: int, **settings: Any) -> Any:
    """Build the convolutional network for the length of the sounds."""
    from models.sound_cnn import sound_cnn

    return sound_cnn(fold.train.x.shape[1], classes, **settings)


def perceptron(fold: Fold, rng: np.random.Generator, *, classes: int, units: int) -> Any:
    """Build the fully connected network for the length of the sounds."""
    from models.sound_cnn import sound_perceptron

    return sound_perceptron(fold.train.x.shape[1], classes, units=units)


CLASSES = SPOKEN_SAMPLES.classes
BUILDS = {
    STRIDES: partial(convolutional, classes=CLASSES, pools=False, **SHAPE),
    POOLING: partial(convolutional, classes=CLASSES, pools=True, **SHAPE),
    FLAT: partial(perceptron, classes=CLASSES, units=256),
}
CLAIMS = (
    Claim("convolution beats a fully connected network with more parameters", TABLE_NAME, STRIDES, FLAT),
    Claim("convolution with pooling beats it too", TABLE_NAME, POOLING, FLAT),
    Claim("strides within 3 points of pooling", TABLE_NAME, STRIDES, POOLING, within=3.0, columns=("test",)),
)
TITLE = "Lecture 004: one-dimensional networks over sound"
TABLE = PaperTable("lecture004", TITLE, recipe, claims=CLAIMS, metrics=(SHIFTED_ACCURACY,))
