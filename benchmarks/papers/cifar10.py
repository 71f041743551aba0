"""Krizhevsky's cuda-convnet on CIFAR-10, compared with a fully connected network.

Source: the configuration files of cuda-convnet, whose comments state the errors; lecture 003 of the University of
Helsinki, which compares convolution with a fully connected network over the whole image.
Margins: 0.5 points, half of the last printed digit. Published errors are compared only with results on the
official binary files. The table "JPEG copy" uses recompressed images and has no published values.

From the files: three layers of 5x5 filters, pooling 3 with stride 2, normalization within maps; weights from N(0,
s) with s = 0.0001 for the first filters and 0.01 for the others; momentum 0.9; a learning rate of 0.001 (0.002 for
biases), divided by 10 after 120 epochs and by 100 after 10 more; decay 0.004 for filters and 1 for the softmax.
Batches of 128, the default of the program.

Where the files are silent, we assume:
- decay weights half the squared norm, so its gradient is the decay times the weight;
- the mean training image is subtracted; the last rate is used for ten epochs;
- the fully connected network has one layer of 1,000 ReLU units, the same learning rates, decay 0.004, and pixels
  from -1 to 1.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.look.images import look_at_images
from benchmarks.recipe import CROSS_ENTROPY, NotAttempted, Recipe
from benchmarks.table import Claim, Look, PaperTable
from data_pipelines.dataset import Fold
from data_pipelines.datasets.cifar10 import CIFAR10, CIFAR10_JPEG, CLASSES
from results.metrics import TEST_ERROR, TRAINING_ERROR
from results.published import Cell

CONVNET, FULLY_CONNECTED = "layers-18pct", "fully connected"
JPEG = "JPEG copy"  # a table of ours
BATCH_SIZE = 128
STEPS = -(-50000 // BATCH_SIZE)  # per epoch
EPOCHS = (120, 130, 140)  # two drops of the learning rate, and the end


def recipe(cell: Cell) -> Recipe | NotAttempted:
    """Return the recipe of a cell."""
    if cell.row not in BUILDS:
        return NotAttempted("another configuration of cuda-convnet, for which there is no recipe")
    build, scale = BUILDS[cell.row]
    return Recipe(
        dataset=CIFAR10_JPEG if cell.table == JPEG else CIFAR10,
        build=build,
        optimizer=partial(falling, rate=0.001, momentum=0.9, bias_factor=2.0, steps=STEPS, ends=EPOCHS[:2]),
        loss=CROSS_ENTROPY,
        metrics=(TEST_ERROR, TRAINING_ERROR),
        batch_size=BATCH_SIZE,
        epochs=EPOCHS[-1],
        prepare=partial(centred, scale=scale),
        keep_weights=True,
    )


def convnet(fold: Fold, rng: np.random.Generator, **settings: Any):
    """Build cuda-convnet's network."""
    from models.cuda_convnet import cuda_convnet

    return cuda_convnet(**settings)


def flat(fold: Fold, rng: np.random.Generator, **settings: Any):
    """Build the fully connected network."""
    from models.cuda_convnet import fully_connected

    return fully_connected(**settings)


def falling(*, rate: float, momentum: float, bias_factor: float, steps: int, ends: Sequence[int]):
    """Return gradient descent whose rates are divided by 10 after each of the epochs `ends`, of `steps` each."""
    from keras.optimizers.schedules import PiecewiseConstantDecay

    from models.optimizers import TwoRates

    rates = [rate / 10**fall for fall in range(len(ends) + 1)]
    return TwoRates(PiecewiseConstantDecay([steps * end for end in ends], rates), momentum, bias_factor)


def centred(fold: Fold, rng: np.random.Generator, *, scale: float) -> Fold:
    """Subtract the mean training image and scale the difference: float32 (images, 32, 32, 3)."""
    mean = fold.train.x.mean(axis=0, dtype="float64").astype("float32")
    train, test = (part._replace(x=(part.x - mean) * np.float32(scale)) for part in (fold.train, fold.test))
    return fold._replace(train=train, test=test)


BUILDS = {  # by row: the network, and the factor for pixels
    CONVNET: (partial(convnet, decay=0.004, last_decay=1.0), 1.0),
    FULLY_CONNECTED: (partial(flat, hidden=1000, decay=0.004), 1 / 127.5),
}
CLAIMS = (Claim("convolution beats a fully connected network", JPEG, CONVNET, FULLY_CONNECTED),)
TITLE = "Krizhevsky's cuda-convnet on CIFAR-10"
LOOK = Look(JPEG, (CONVNET,), CIFAR10_JPEG.name, partial(look_at_images, layers=("conv1", "conv2"), names=CLASSES))
TABLE = PaperTable("cifar10", TITLE, recipe, claims=CLAIMS, look=LOOK)
