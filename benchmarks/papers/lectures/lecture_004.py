"""Claims of lecture 004."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, convolve, equal, image, output_size

VOLUME = (
    image("1 1 0 2 1 / 2 1 0 2 0 / 2 2 1 2 2 / 0 2 2 1 2 / 2 1 0 0 2"),
    image("1 2 1 0 2 / 2 0 0 0 2 / 0 2 0 1 0 / 1 2 0 1 2 / 1 0 2 0 1"),
    image("2 0 0 0 1 / 0 0 0 1 0 / 1 1 0 2 1 / 0 0 0 2 1 / 0 1 1 2 2"),
)
FILTERS = (
    (
        image("-1 0 0 / -1 -1 1 / 0 1 -1"),
        image("-1 0 -1 / 1 -1 0 / 0 1 -1"),
        image("0 -1 -1 / 1 1 -1 / -1 -1 -1"),
    ),
    (image("0 1 1 / 1 1 -1 / -1 1 -1"), image("1 -1 0 / 1 1 1 / -1 1 0"), image("0 1 -1 / 0 1 1 / 1 0 0")),
)
BIASES = (1.0, 0.0)
FIRST_LAYER = image("1.2 0.1 / 1.6 -0.6 / 2.3 -0.6 / 2.9 -0.1 / 2.4 0.6 / 1.5 0.9 / 0.2 0.7 / -0.6 0.5")
SECOND_FILTER = image("1 -1 / -1 -1 / -1 -1 / 1 1")


def volume_slice(
    volume: Sequence[Matrix], filters, biases: Sequence[float], number: int, printed: Matrix
) -> float:
    """Compare one slice of the output volume, padding 1 and stride 2, with the printed one."""
    pixels = np.moveaxis(np.array(volume), 0, -1)
    weights = np.moveaxis(np.array(filters), 1, -1)
    return equal(convolve(pixels, weights, stride=2, padding=1, bias=biases)[..., number], printed)


def second_layer(volume: Matrix, kernel: Matrix, printed: Sequence[float]) -> float:
    """Compare a 1-D convolution over (positions, channels) with the printed column."""
    from keras import layers

    layer = layers.Conv1D(1, len(kernel), use_bias=False)
    signal = np.array(volume, "float32")[None]
    layer.build(signal.shape)
    layer.set_weights([np.array(kernel, "float32")[..., None]])
    return equal(np.asarray(layer(signal))[0, :, 0], printed)


def pixels_in_millions(width: int, height: int) -> float:
    """Return the number of values of one channel, in millions."""
    return np.zeros((height, width), bool).size / 1e6


CLAIMS = {
    "CS231n volume, first slice": partial(
        volume_slice, VOLUME, FILTERS, BIASES, 0, printed=image("5 0 -2 / -2 -3 0 / -4 -9 -1")
    ),
    "CS231n volume, second slice": partial(
        volume_slice, VOLUME, FILTERS, BIASES, 1, printed=image("8 -1 7 / 4 4 8 / 4 9 7")
    ),
    "CS231n volume, size": partial(output_size, size=5, kernel=3, stride=2, padding=1),
    "second-layer filter": partial(second_layer, FIRST_LAYER, SECOND_FILTER, printed=[1.2, 0.7, -0.5, -1.5, -1.6]),
    "values of a 1920x1080 channel, in millions": partial(pixels_in_millions, width=1920, height=1080),
}
