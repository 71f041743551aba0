"""The claims of lecture 004."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import (
    Matrix,
    applied,
    convolve,
    equal,
    filtered,
    image,
    output_shape,
    output_size,
    weights_of,
    zero_padded,
)

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
    return equal(convolve(np.array(volume)[:, None], np.array(kernel)[None, :, None])[:, 0, 0], printed)


def as_defined(volume: Matrix, kernel: Matrix, printed: Sequence[float]) -> float:
    """Compare the convolution by the lecture's definition, which flips the filter, with the printed column."""
    return second_layer(volume, kernel[::-1], printed)


def centre(length: int) -> float:
    """Return m for a filter of 2 m + 1 entries; it is also the padding that preserves the length."""
    return (length - 1) / 2


def padded_slice(picture: Matrix, padding: int, printed: Matrix) -> float:
    """Compare one slice of the input volume with a border of zeros with the printed one."""
    return equal(zero_padded(picture, padding), printed)


def padded_height(picture: Matrix, padding: int) -> float:
    """Return the number of rows with a border."""
    return float(len(zero_padded(picture, padding)))


def volume_shape(size: Sequence[int], filters: int, printed: Sequence[int]) -> float:
    """Compare the shape of the output volume, padding 1 and stride 2, with the printed one."""
    return equal(output_shape(size, 3, filters=filters, stride=2, padding=1), printed)


def padded_length(length: int, kernel: int) -> float:
    """Return the length after a 1-D convolution with (kernel - 1) / 2 zeros on both sides."""
    padded = applied(np.zeros((length, 1)), "ZeroPadding1D", (kernel - 1) // 2)
    return float(len(applied(padded, "Conv1D", 1, kernel)))


def reduction(length: int, stride: int) -> float:
    """Return the factor by which a stride shortens a signal with padding at its end."""
    return length / len(applied(np.zeros((length, 1)), "Conv1D", 1, 3, strides=stride, padding="same"))


def pooled_reduction(length: int, window: int) -> float:
    """Return the factor by which pooling shortens a signal."""
    return length / len(applied(np.zeros((length, 1)), "MaxPooling1D", window))


def left_over(size: int, stride: int) -> float:
    """Return the remainder of the size of an input divided by the stride."""
    return float(size % stride)


def shift_difference(signal: Sequence[float], kernel: Sequence[float], before: int, after: int) -> float:
    """Return the largest difference between shifting the input and shifting the output of a convolution."""
    filters = np.array(kernel)[:, None]
    shifted = filtered(np.roll(np.array(signal)[:, None], before, axis=0).tolist(), filters.tolist())
    moved = np.roll(filtered(np.array(signal)[:, None].tolist(), filters.tolist()), after, axis=0)
    return float(np.abs(shifted - moved).max())


def is_rotation_equivariant(picture: Matrix, kernel: Matrix) -> float:
    """Return 1 if rotating the image by 90 degrees rotates the feature map likewise, else 0."""
    turned = filtered(np.rot90(np.array(picture)).tolist(), kernel)
    return float(np.array_equal(turned, np.rot90(filtered(picture, kernel))))


def weights_of_a_neuron(width: int, height: int) -> float:
    """Return the number of weights, in millions, of one neuron over a whole grey image."""
    return weights_of((width * height,), "Dense", 1, use_bias=False) / 1e6


def pixels_in_millions(width: int, height: int) -> float:
    """Return the number of values of one channel, in millions."""
    return np.zeros((height, width), bool).size / 1e6


NOTHING = "0 0 0 0 0 0 0"
BORDERED = tuple(
    image(f"{NOTHING} / {text} / {NOTHING}")
    for text in (
        "0 1 1 0 2 1 0 / 0 2 1 0 2 0 0 / 0 2 2 1 2 2 0 / 0 0 2 2 1 2 0 / 0 2 1 0 0 2 0",
        "0 1 2 1 0 2 0 / 0 2 0 0 0 2 0 / 0 0 2 0 1 0 0 / 0 1 2 0 1 2 0 / 0 1 0 2 0 1 0",
        "0 2 0 0 0 1 0 / 0 0 0 0 1 0 0 / 0 1 1 0 2 1 0 / 0 0 0 0 2 1 0 / 0 0 1 1 2 2 0",
    )
)
SIGNAL = (0.0, 0.0, 0.0, 0.5, -0.25, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
ALMOST_ROUND = image("1 0 1 / 0 1 0 / 1 0 0")

CLAIMS = {
    **{
        f"CS231n input with padding, slice {number}": partial(
            padded_slice, VOLUME[number], 1, printed=BORDERED[number]
        )
        for number in range(3)
    },
    "CS231n padded height": partial(padded_height, VOLUME[0], padding=1),
    "CS231n output volume, shape": partial(volume_shape, size=(5, 5, 3), filters=2, printed=(3, 3, 2)),
    "CS231n volume, first slice": partial(
        volume_slice, VOLUME, FILTERS, BIASES, 0, printed=image("5 0 -2 / -2 -3 0 / -4 -9 -1")
    ),
    "CS231n volume, second slice": partial(
        volume_slice, VOLUME, FILTERS, BIASES, 1, printed=image("8 -1 7 / 4 4 8 / 4 9 7")
    ),
    "CS231n volume, size": partial(output_size, size=5, kernel=3, stride=2, padding=1),
    "second-layer filter": partial(second_layer, FIRST_LAYER, SECOND_FILTER, printed=[1.2, 0.7, -0.5, -1.5, -1.6]),
    **{
        f"length of 100 with padding for a filter of {kernel}": partial(padded_length, length=100, kernel=kernel)
        for kernel in (3, 5, 7)
    },
    "reduction by stride 2": partial(reduction, length=12, stride=2),
    "reduction by stride 3": partial(reduction, length=12, stride=3),
    "reduction by pooling of 2": partial(pooled_reduction, length=12, window=2),
    "CS231n input a multiple of the stride": partial(left_over, size=7, stride=2),
    "convolution is translation equivariant": partial(
        shift_difference, signal=SIGNAL, kernel=(1.0, 2.0, -1.0), before=2, after=2
    ),
    "convolution is not rotation equivariant": partial(
        is_rotation_equivariant, picture=VOLUME[0], kernel=ALMOST_ROUND
    ),
    "weights of one neuron over 1920x1080, in millions": partial(weights_of_a_neuron, width=1920, height=1080),
    "second-layer filter by the definition": partial(
        as_defined, FIRST_LAYER, SECOND_FILTER, printed=[1.2, 0.7, -0.5, -1.5, -1.6]
    ),
    "m of the second-layer filter": partial(centre, length=len(SECOND_FILTER)),
    "values of a 1920x1080 channel, in millions": partial(pixels_in_millions, width=1920, height=1080),
}
