"""Krizhevsky's cuda-convnet on CIFAR-10, and a fully connected network beside it.

Source: the configuration files of cuda-convnet, whose comments state the errors; the lecture of the University of
Helsinki (003), which sets convolution against feeding the whole image to a fully connected network.
Margins: 0.5 points, half of the last printed digit. The published errors are judged on the official binary files
alone; the table "JPEG copy" is of images that were compressed anew, and nothing is compared with it.

From the files: three layers of 5x5 filters, pooling 3 by 2, normalization within maps, weights N(0, s) with s
0.0001 for the first filters and 0.01 for others, momentum 0.9, rates 0.001 (0.002 for biases), a tenth of them
after 120 epochs and a hundredth after 10 more; decay 0.004 of filters, 1 of the softmax. Batches of 128, as the
program takes them unless told otherwise.

Where the files are silent, we assume:
- decay is that of half the squared length, so its gradient is the decay times the weight;
- the mean image of the training part is taken off; ten epochs at the last rate;
- the fully connected network: one layer of 1,000 ReLU units, the same rates, decay 0.004, pixels from -1 to 1.
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
STEPS = -(-50000 // BATCH_SIZE)  # of an epoch
EPOCHS = (120, 130, 140)  # where the rate falls, and the end


def recipe(cell: Cell) -> Recipe | NotAttempted:
    """Return how to earn a cell."""
    if cell.row not in BUILDS:
        return NotAttempted("another configuration of cuda-convnet, without a recipe here")
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
    """Return gradient descent whose rates fall to a tenth at the end of each of some epochs of `steps`."""
    from keras.optimizers.schedules import PiecewiseConstantDecay

    from models.optimizers import TwoRates

    rates = [rate / 10**fall for fall in range(len(ends) + 1)]
    return TwoRates(PiecewiseConstantDecay([steps * end for end in ends], rates), momentum, bias_factor)


def centred(fold: Fold, rng: np.random.Generator, *, scale: float) -> Fold:
    """Take the mean training image off and scale what is left: float32 (images, 32, 32, 3)."""
    mean = fold.train.x.mean(axis=0, dtype="float64").astype("float32")
    train, test = (part._replace(x=(part.x - mean) * np.float32(scale)) for part in (fold.train, fold.test))
    return fold._replace(train=train, test=test)


BUILDS = {  # of each row: the network, and what pixels are multiplied with
    CONVNET: (partial(convnet, decay=0.004, last_decay=1.0), 1.0),
    FULLY_CONNECTED: (partial(flat, hidden=1000, decay=0.004), 1 / 127.5),
}
CLAIMS = (Claim("convolution beats a fully connected network", JPEG, CONVNET, FULLY_CONNECTED),)
TITLE = "Krizhevsky's cuda-convnet on CIFAR-10"
LOOK = Look(JPEG, (CONVNET,), CIFAR10_JPEG.name, partial(look_at_images, layers=("conv1", "conv2"), names=CLASSES))
TABLE = PaperTable("cifar10", TITLE, recipe, claims=CLAIMS, look=LOOK)
