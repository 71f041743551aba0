"""The networks of LeCun (1998), trained with momentum or by Newton's method with a diagonal Hessian."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.recipe import Recipe
from data_pipelines.dataset import Fold
from data_pipelines.datasets.mnist import MNIST
from results.metrics import TEST_ERROR, TRAINING_ERROR, VALUE, Metric

METRICS = (TEST_ERROR, TRAINING_ERROR)
PASSES = 20
BATCH_SIZE = 32
MOMENTUM = 0.9
DIGITS_IN_A_PASS = 60000
STEPS = DIGITS_IN_A_PASS // BATCH_SIZE  # of a pass in batches
Shares = Sequence[tuple[int, float]]  # of a rate: (last pass, share)
LATE = ((16, 1.0), (PASSES, 0.1))
FALLING = ((2, 1.0), (5, 0.4), (8, 0.2), (12, 0.1), (PASSES, 0.02))
RUBBISH = 1.0  # not in the fingerprint: a change must raise the revision


class Network(NamedTuple):
    """The settings that differ between convolutional networks; `build` names a function in `models.lenet`."""

    build: str
    rate: float  # the first one
    shares: tuple[tuple[int, float], ...]
    loss: str = "squares"


HIDDEN = {  # by fully connected network: units of its hidden layers
    "linear classifier (1-layer)": (),
    "2-layer NN 300 HU": (300,),
    "2-layer NN 1000 HU": (1000,),
    "3-layer NN 300+100": (300, 100),
    "3-layer NN 500+150": (500, 150),
}
NETWORKS = {
    "LeNet-1": Network("lenet1", 0.1, LATE),
    "LeNet-4": Network("lenet4", 0.1, LATE),
    "LeNet-5": Network("lenet5", 0.002, FALLING, "nearest_code"),
}


def descent(network: Network, *, metrics: tuple[Metric, ...] = METRICS, **settings: Any) -> Recipe:
    """Return the recipe of a convolutional network."""
    return Recipe(
        dataset=MNIST,
        build=partial(build, network=network.build),
        optimizer=partial(falling, rate=network.rate, momentum=MOMENTUM, steps=STEPS, shares=network.shares),
        loss=partial(loss, name=network.loss),
        metrics=metrics,
        batch_size=BATCH_SIZE,
        epochs=PASSES,
        compiled_steps=64,
        keep_weights=True,
        **settings,
    )


def newton(hidden: Sequence[int], *, metrics: tuple[Metric, ...] = METRICS, **settings: Any) -> Recipe:
    """Return the recipe of a fully connected network."""
    return Recipe(
        dataset=MNIST,
        build=partial(fully_connected, hidden=hidden),
        optimizer=partial(diagonal, rate=0.0005, damping=0.02, steps=DIGITS_IN_A_PASS, shares=LATE),
        begin=partial(measured_curvature, examples=500),
        loss=half_squares,
        metrics=metrics,
        batch_size=1,
        epochs=PASSES,
        compiled_steps=5000,
        keep_weights=True,
        **settings,
    )


def build(fold: Fold, rng: np.random.Generator, *, network: str):
    """Build a convolutional network by the name of its function in `models.lenet`."""
    from models import lenet

    return getattr(lenet, network)()


def fully_connected(fold: Fold, rng: np.random.Generator, *, hidden: Sequence[int]):
    """Build a fully connected network for the images of the fold."""
    from models.lenet import perceptron

    return perceptron(hidden, fold.train.x.shape[1])


def falling(*, rate: float, momentum: float, steps: int, shares: Shares):
    """Return gradient descent with momentum; `shares` of its rate, by last pass, with `steps` per pass."""
    from keras import optimizers

    return optimizers.SGD(in_steps(rate, steps, shares), momentum)


def diagonal(*, rate: float, damping: float, steps: int, shares: Shares):
    """Return Newton's method with a diagonal Hessian; `shares` of its rate as in `falling`."""
    from models.optimizers import DiagonalNewton

    return DiagonalNewton(in_steps(rate, steps, shares), damping)


def in_steps(rate: float, steps: int, shares: Shares):
    """Return a rate that falls in steps: `shares` of it, by last pass, with `steps` per pass."""
    from keras.optimizers.schedules import PiecewiseConstantDecay

    ends = [steps * passes for passes, _ in shares[:-1]]
    return PiecewiseConstantDecay(ends, [rate * share for _, share in shares])


def measured_curvature(model, *, examples: int):
    """Return what measures the curvatures of `diagonal` before each pass."""
    from models import optimizers

    return optimizers.measured_curvature(model, examples=examples)


def loss(*, name: str):
    """Return the loss: squared error, or the nearest code."""
    from models import losses

    return partial(losses.nearest_code, rubbish=RUBBISH) if name == "nearest_code" else losses.squares


def half_squares():
    """Return half of the squared error, summed over the outputs."""
    from models import losses

    return losses.half_squares


def changed(fold: Fold, rng: np.random.Generator, *, by: Callable[[np.ndarray], np.ndarray]) -> Fold:
    """Apply `by` to the images of the training and the test part."""
    return fold._replace(train=fold.train._replace(x=by(fold.train.x)), test=fold.test._replace(x=by(fold.test.x)))


def size(fold: Fold, seed: int, *, network: str, layer: str, what: str) -> dict[str, float]:
    """Count the connections or parameters of a layer, or of the whole network."""
    from models import lenet
    from models.layer_sizes import counted

    return {VALUE.name: counted(getattr(lenet, NETWORKS[network].build)(), layer, what)}
