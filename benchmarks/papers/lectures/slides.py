"""The computations of the slides, with Keras layers; images are rows of numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Matrix = Sequence[Sequence[float]]


def image(text: str) -> list[list[float]]:
    """Parse a matrix: rows are separated by line breaks or "/"."""
    return [[float(number) for number in row.split()] for row in text.strip().replace("/", "\n").splitlines()]


def equal(compute: Callable[[], Any], printed: Matrix | Sequence[float]) -> float:
    """Count the computed entries within half of the last printed digit; 0 if the shapes differ.

    Where only integers are printed, entries are equal to them.
    """
    computed, expected = np.asarray(compute(), "float64"), np.array(printed, "float64")
    if computed.shape != expected.shape:
        return 0.0
    decimals = _decimals(expected)
    margin = 0.5 * 10.0**-decimals if decimals else 1e-5  # sums in float32 are nearer than that
    return float(np.sum(np.isclose(computed, expected, rtol=0, atol=margin)))


def agreeing(compute: Callable[[], tuple[Any, Any]]) -> float:
    """Count the entries of a computed array that a printed formula gives too; 0 if the shapes differ.

    `compute` returns both.
    """
    computed, by_formula = map(np.asarray, compute())
    if computed.shape != by_formula.shape:
        return 0.0
    return float(np.sum(np.isclose(computed, by_formula, rtol=0, atol=1e-4)))


def convolve(
    pixels: np.ndarray, filters: np.ndarray, *, stride: int = 1, padding: int = 0, bias=0.0
) -> np.ndarray:
    """Return (height, width, filters) from (height, width, channels) and (filters, rows, columns, channels)."""
    from keras import layers

    filters = np.asarray(filters, "float32")
    layer = layers.Conv2D(len(filters), filters.shape[1:3], strides=stride)
    padded = layers.ZeroPadding2D(padding)(np.asarray(pixels, "float32")[None])
    layer.build(padded.shape)
    layer.set_weights([filters.transpose(1, 2, 3, 0), np.broadcast_to(bias, len(filters)).astype("float32")])
    return np.asarray(layer(padded))[0]


def filtered(picture: Matrix, kernel: Matrix, *, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the feature map, (height, width), of one filter over a grey image."""
    pixels, weights = np.array(picture)[..., None], np.array(kernel)[None, ..., None]
    return convolve(pixels, weights, stride=stride, padding=padding)[..., 0]


def response(picture: Matrix, kernel: Matrix) -> float:
    """Return the top left entry of the feature map."""
    return float(filtered(picture, kernel)[0, 0])


def output_shape(
    size: Sequence[int], kernel: int, *, filters: int = 1, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return the output shape of a convolution layer for an input (height, width, channels)."""
    weights = np.zeros((filters, kernel, kernel, size[2]))
    return np.array(convolve(np.zeros(size), weights, stride=stride, padding=padding).shape)


def output_size(size: int, kernel: int, *, stride: int = 1, padding: int = 0) -> float:
    """Return the height of the feature map of a square grey image."""
    return float(output_shape((size, size, 1), kernel, stride=stride, padding=padding)[0])


def applied(x: Any, kind: str, *arguments: Any, **settings: Any) -> np.ndarray:
    """Return the output of a new Keras layer of a kind for one example."""
    from keras import layers

    return np.asarray(getattr(layers, kind)(*arguments, **settings)(np.asarray(x, "float32")[None]))[0]


def max_pooled(pixels: np.ndarray, window: int, stride: int) -> np.ndarray:
    """Return (height, width, channels) after max pooling."""
    return applied(pixels, "MaxPooling2D", window, stride)


def rectified(picture: Matrix) -> np.ndarray:
    """Return the image after ReLU."""
    return applied(picture, "ReLU")


def zero_padded(picture: Matrix, padding: int) -> np.ndarray:
    """Return the image with a border of zeros."""
    return applied(np.array(picture)[..., None], "ZeroPadding2D", padding)[..., 0]


def weights_of(shape: Sequence[int | None], kind: str, *arguments: Any, **settings: Any) -> float:
    """Count the parameters of a kind of Keras layer for an input shape without the batch axis; allocate none."""
    from keras import layers

    from models.layer_sizes import without_weights

    with without_weights():
        layer = getattr(layers, kind)(*arguments, **settings)
        layer.build((None, *shape))
        return float(layer.count_params())


def _decimals(printed: np.ndarray) -> int:
    """Return the largest number of decimals printed."""
    return max(len(f"{number:g}".partition(".")[2]) for number in printed.ravel())
