"""The claims of lecture 004."""

from collections.abc import Sequence
from functools import partial
from math import ceil, floor

import numpy as np

from benchmarks.papers.lectures.slides import (
    Matrix,
    agreeing,
    applied,
    convolve,
    equal,
    filtered,
    image,
    output_shape,
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


def volume_slice(volume: Sequence[Matrix], filters, biases: Sequence[float], number: int) -> np.ndarray:
    """Return one slice of the output volume, padding 1 and stride 2."""
    pixels = np.moveaxis(np.array(volume), 0, -1)
    weights = np.moveaxis(np.array(filters), 1, -1)
    return convolve(pixels, weights, stride=2, padding=1, bias=biases)[..., number]


def second_layer(volume: Matrix, kernel: Matrix, flips: bool) -> np.ndarray:
    """Return a 1-D convolution over (positions, channels); by the lecture's definition it flips the filter."""
    weights = np.array(kernel[::-1] if flips else kernel)
    return convolve(np.array(volume)[:, None], weights[None, :, None])[:, 0, 0]


def padded_lengths(length: int, kernels: Sequence[int]) -> list[list[int]]:
    """Return the lengths after each filter with (kernel - 1) / 2 zeros on both sides, rounded down and up."""
    rules = [(kernel, (floor((kernel - 1) / 2), ceil((kernel - 1) / 2))) for kernel in kernels]
    return [[_padded_length(length, kernel, zeros) for zeros in borders] for kernel, borders in rules]


def _padded_length(length: int, kernel: int, zeros: int) -> int:
    padded = applied(np.zeros((length, 1)), "ZeroPadding1D", zeros)
    return len(applied(padded, "Conv1D", 1, kernel))


def reductions(length: int, strides: Sequence[int], pads: bool) -> tuple[list[float], Sequence[int]]:
    """Return the factors by which strides shorten a signal under a filter of three, and the strides."""
    signal = np.zeros((length, 1))
    padding = "same" if pads else "valid"
    lengths = [len(applied(signal, "Conv1D", 1, 3, strides=stride, padding=padding)) for stride in strides]
    return [length / shorter for shorter in lengths], strides


def left_over(sizes: Sequence[int], stride: int) -> np.ndarray:
    """Return the remainders of sizes divided by the stride."""
    return np.array(sizes) % stride


def shifted(
    signal: Sequence[float], kernel: Sequence[float], before: int, after: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the convolution of a shifted signal, and the shifted convolution of the signal."""
    column, weights = np.array(signal)[:, None], np.array(kernel)[:, None].tolist()
    moved = filtered(np.roll(column, before, axis=0).tolist(), weights)
    return moved, np.roll(filtered(column.tolist(), weights), after, axis=0)


def is_rotation_equivariant(picture: Matrix, kernel: Matrix) -> float:
    """Return 1 if rotating the image by 90 degrees rotates the feature map likewise, else 0."""
    turned = filtered(np.rot90(np.array(picture)).tolist(), kernel)
    return float(np.array_equal(turned, np.rot90(filtered(picture, kernel))))


def is_scale_equivariant(picture: Matrix, kernel: Matrix) -> float:
    """Return 1 if an image of twice the size has a feature map of twice the size, with padding, else 0."""
    padding = len(kernel) // 2
    enlarged = filtered(_doubled(np.array(picture)).tolist(), kernel, padding=padding)
    return float(np.array_equal(enlarged, _doubled(filtered(picture, kernel, padding=padding))))


def _doubled(pixels: np.ndarray) -> np.ndarray:
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


def kernel_gradient(
    signal: Sequence[float], slopes: Sequence[float], half: int, sign: int
) -> tuple[np.ndarray, list[float]]:
    """Return the derivatives of the sum of slopes times outputs by each filter weight, and by the printed sum.

    The filter has the places i from -half to half; the printed sum is that of slope(t) x(t + sign i).
    """
    column, length = np.array(signal)[:, None].tolist(), 2 * half + 1
    impulses = np.eye(length)[:, ::-1, None].tolist()  # the definition flips the filter
    found = [np.dot(slopes, filtered(column, impulse)[:, 0]) for impulse in impulses]
    inside = range(half, len(signal) - half)
    formula = [
        sum(slope * signal[t + sign * i] for slope, t in zip(slopes, inside, strict=True))
        for i in range(-half, half + 1)
    ]
    return np.array(found), formula


def weights_of_a_neuron(width: int, height: int) -> float:
    """Return the number of weights, in millions, of one neuron over a whole grey image."""
    return weights_of((width * height,), "Dense", 1, use_bias=False) / 1e6


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
SLOPES = (1.0, 0.0, 2.0, -1.0, 0.5, 3.0, 0.0, 1.0, -2.0)  # of the loss by each output
ALMOST_ROUND = image("1 0 1 / 0 1 0 / 1 0 0")
ALMOST_A_POINT = image("0 0 0 / 0 1 0 / 0 0 1")

SECOND_LAYER = partial(second_layer, volume=FIRST_LAYER, kernel=SECOND_FILTER)
SECOND_OUTPUT = [1.2, 0.7, -0.5, -1.5, -1.6]

CLAIMS = {
    **{
        f"CS231n input with padding, slice {number}": partial(
            equal, partial(zero_padded, picture=VOLUME[number], padding=1), printed=BORDERED[number]
        )
        for number in range(3)
    },
    "CS231n output volume, shape": partial(
        equal,
        partial(output_shape, size=(5, 5, 3), kernel=3, filters=2, stride=2, padding=1),
        printed=(3, 3, 2),
    ),
    "CS231n volume, first slice": partial(
        equal, partial(volume_slice, VOLUME, FILTERS, BIASES, 0), printed=image("5 0 -2 / -2 -3 0 / -4 -9 -1")
    ),
    "CS231n volume, second slice": partial(
        equal, partial(volume_slice, VOLUME, FILTERS, BIASES, 1), printed=image("8 -1 7 / 4 4 8 / 4 9 7")
    ),
    "second-layer filter": partial(equal, partial(SECOND_LAYER, flips=False), printed=SECOND_OUTPUT),
    "second-layer filter by the definition": partial(
        equal, partial(SECOND_LAYER, flips=True), printed=SECOND_OUTPUT
    ),
    "padding rule for filters of 3, 5 and 7": partial(
        equal, partial(padded_lengths, length=100, kernels=(3, 5, 7)), printed=[[100, 100]] * 3
    ),
    "padding rule for the second-layer filter": partial(
        equal, partial(padded_lengths, length=len(FIRST_LAYER), kernels=(len(SECOND_FILTER),)), printed=[[8, 8]]
    ),
    "reduction by the stride, with padding": partial(
        agreeing, partial(reductions, length=12, strides=(2, 3), pads=True)
    ),
    "reduction by the stride, without padding": partial(
        agreeing, partial(reductions, length=12, strides=(2, 3), pads=False)
    ),
    "CS231n input a multiple of the stride": partial(
        equal, partial(left_over, sizes=(5, 7), stride=2), printed=[0, 0]
    ),
    "convolution is translation equivariant": partial(
        agreeing, partial(shifted, signal=SIGNAL, kernel=(1.0, 2.0, -1.0), before=2, after=2)
    ),
    "convolution is not rotation equivariant": partial(
        is_rotation_equivariant, picture=VOLUME[0], kernel=ALMOST_ROUND
    ),
    "convolution is not scale equivariant": partial(
        is_scale_equivariant, picture=VOLUME[0], kernel=ALMOST_A_POINT
    ),
    "gradient of the filter, sum of y' x(t - i)": partial(
        agreeing, partial(kernel_gradient, signal=SIGNAL, slopes=SLOPES, half=1, sign=-1)
    ),
    "weights of one neuron over 1920x1080, in millions": partial(weights_of_a_neuron, width=1920, height=1080),
}
