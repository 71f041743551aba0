"""The claims of lecture 003."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import (
    Matrix,
    equal,
    filtered,
    image,
    max_pooled,
    output_shape,
    output_size,
    rectified,
    response,
    weights_of,
    zero_padded,
)

LINE = image("-1 1 -1 / -1 1 -1 / -1 1 -1")
EDGE = image("-1 -1 -1 / -1 8 -1 / -1 -1 -1")
POOLED = image("1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4")

BEFORE_RELU = image("""
-0.2 0.7 0.9 0.3 0.7 1.1 -0.5 -0.4 0.4 0.6 0.3 1.3
0.7 0.5 -0.2 1.3 0.3 0.8 0.3 -0.1 0.7 1.2 1.2 0.1
0.8 -0. 0.3 0.2 -0.2 0. 1.2 1.3 1.5 0.4 -0.1 0.5
0.7 0.4 0.6 0.7 0.2 1.0 0.2 1.3 0.9 1.0 -0.3 1.0
-0.2 -0. -0.3 1.4 1.4 0.1 0.5 1.3 1.1 1. 0.1 0.5
0.9 1.1 1.3 0.5 1.2 1.1 0.3 0.4 -0.5 0.6 1.1 -0.4
0.7 -0.1 -0. 0.9 -0.5 0.1 -0. 0.8 0.1 1.2 -0.2 -0.
0.5 0.7 0.5 1.0 0.1 -0.2 0.8 0.8 0.5 -0. 0.5 -0.4
-0.5 0.3 0.4 0.2 -0.2 -0.4 -0. 1.3 -0.3 1.3 1.4 1.5
-0.4 1.2 0.4 -0.4 0.2 1.4 0. -0.3 0.6 1.2 1.0 0.1
1.0 1.2 0.6 1.1 -0.5 -0.1 0. 0.2 1.0 0.8 1.3 -0.0
0.9 1.1 1.5 -0.1 0.7 -0.2 1.4 1.1 1.2 1.0 -0.1 0.3
""")
AFTER_RELU = image("""
0 0.7 0.9 0.3 0.7 1.1 0 0 0.4 0.6 0.3 1.3
0.7 0.5 0 1.3 0.3 0.8 0.3 0 0.7 1.2 1.2 0.1
0.8 0 0.3 0.2 0 0 1.2 1.3 1.5 0.4 0 0.5
0.7 0.4 0.6 0.7 0.2 1.0 0.2 1.3 0.9 1.0 0 1.0
0 0 0 1.4 1.4 0.1 0.5 1.3 1.1 1.0 0.1 0.5
0.9 1.1 1.3 0.5 1.2 1.1 0.3 0.4 0 0.6 1.1 0
0.7 0 0 0.9 0 0.1 0 0.8 0.1 1.2 0 0
0.5 0.7 0.5 1. 0.1 0 0.8 0.8 0.5 0 0.5 0
0 0.3 0.4 0.2 0 0 0 1.3 0 1.3 1.4 1.5
0 1.2 0.4 0 0.2 1.4 0. 0 0.6 1.2 1. 0.1
1. 1.2 0.6 1.1 0 0 0. 0.2 1. 0.8 1.3 0
0.9 1.1 1.5 0 0.7 0 1.4 1.1 1.2 1. 0 0.3
""")


EMPTY = "0 0 0 0 0 0 0 0 0 0 /"
UPRIGHT = "0 0 0 1 0 0 0 0 0 0 /" * 3
TWO_LINES = image(EMPTY * 4 + UPRIGHT + EMPTY + "0 0 0 0 0 1 1 1 0 0 /" + EMPTY.rstrip("/"))
ONE_LINE = image(EMPTY * 4 + UPRIGHT + EMPTY * 2 + EMPTY.rstrip("/"))
MAP_TOP = (
    EMPTY * 2
    + """0 0 -1 1 -1 0 0 0 0 0
0 0 -2 2 -2 0 0 0 0 0
0 0 -3 3 -3 0 0 0 0 0
0 0 -2 2 -2 0 0 0 0 0
"""
)
MAP_OF_TWO = image(MAP_TOP + "0 0 -1 1 -1 -1 0 -1 0 0" + "/0 0 0 0 0 -1 0 -1 0 0" * 3)
MAP_OF_ONE = image(MAP_TOP + "0 0 -1 1 -1 0 -1 0 0 0" + "/0 0 0 0 0 -1 0 -1 0 0" * 3)
MAP_AFTER_RELU = image(
    EMPTY * 2
    + "/".join(f"0 0 0 0 {value} 0 0 0 0 0" for value in (1, 2, 3, 2, 2, 1))
    + ("/" + EMPTY.rstrip("/")) * 2
)


def line_map(picture: Matrix, kernel: Matrix) -> np.ndarray:
    """Return the feature map, of the size of the image."""
    return filtered(picture, kernel, padding=1)


def pooled(picture: Matrix, window: int, stride: int) -> np.ndarray:
    """Return a grey image after max pooling."""
    return max_pooled(np.array(picture)[..., None], window, stride)[..., 0]


def pooled_shape(size: Sequence[int], window: int, stride: int) -> tuple[int, ...]:
    """Return the shape after max pooling."""
    return max_pooled(np.zeros(size), window, stride).shape


def padded_size(size: int, padding: int) -> float:
    """Return the height of a square image with a border."""
    return float(len(zero_padded(np.zeros((size, size)).tolist(), padding)))


def border_zeros(size: int, padding: int) -> float:
    """Count the zeros around a square image."""
    return float(np.sum(zero_padded(np.ones((size, size)).tolist(), padding) == 0))


def filter_depth(maps: int) -> float:
    """Count the weights that a filter has at one place over so many maps."""
    return weights_of((None, None, maps), "Conv2D", 1, 1, use_bias=False)


def falls_with_stride(size: Sequence[int], kernel: int, strides: Sequence[int]) -> float:
    """Return 1 if each stride takes fewer dot products over a grey image than the one before, else 0."""
    maps = [output_shape((*size, 1), kernel, stride=stride) for stride in strides]
    return float(np.all(np.diff([np.prod(shape) for shape in maps]) < 0))


FIVE: dict = {"kernel": 3, "filters": 5, "padding": 1}
CLAIMS = {
    "line filter on an empty region": partial(response, picture=image("0 0 0 / 0 0 0 / 0 0 0"), kernel=LINE),
    "line filter on a line": partial(response, picture=image("0 1 0 / 0 1 0 / 0 1 0"), kernel=LINE),
    "edge filter on an empty region": partial(response, picture=image("0 0 0 / 0 0 0 / 0 0 0"), kernel=EDGE),
    "edge filter on a full region": partial(response, picture=image("1 1 1 / 1 1 1 / 1 1 1"), kernel=EDGE),
    "edge filter near an edge": partial(response, picture=image("0 0 0 / 0 1 1 / 0 1 1"), kernel=EDGE),
    "size of the map of a 10x10 image": partial(output_size, size=10, kernel=3),
    "size of a 10x10 image with padding": partial(padded_size, size=10, padding=1),
    "zeros of the border around a 10x10 image": partial(border_zeros, size=10, padding=1),
    "size of the map with padding": partial(output_size, size=10, kernel=3, padding=1),
    "five filters with padding": partial(
        equal, partial(output_shape, size=(12, 12, 3), **FIVE), printed=(12, 12, 5)
    ),
    "five filters, their outputs stacked": partial(
        equal, partial(output_shape, size=(10, 10, 3), **FIVE), printed=(10, 10, 5)
    ),
    "five filters, their outputs stacked, by the heading": partial(
        equal, partial(output_shape, size=(12, 12, 3), **FIVE), printed=(10, 10, 5)
    ),
    "line filter's map, two lines": partial(
        equal, partial(line_map, picture=TWO_LINES, kernel=LINE), printed=MAP_OF_TWO
    ),
    "line filter's map, one line": partial(
        equal, partial(line_map, picture=ONE_LINE, kernel=LINE), printed=MAP_OF_ONE
    ),
    "line filter's map after ReLU": partial(equal, partial(rectified, picture=MAP_OF_ONE), printed=MAP_AFTER_RELU),
    "ReLU matrix": partial(equal, partial(rectified, picture=BEFORE_RELU), printed=AFTER_RELU),
    "depth of a filter over five maps": partial(filter_depth, maps=5),
    "greater stride, fewer dot products": partial(falls_with_stride, size=(15, 13), kernel=3, strides=(1, 2, 3)),
    "max pooling": partial(equal, partial(pooled, picture=POOLED, window=2, stride=2), printed=image("6 8 / 3 4")),
    "max pooling of 4x4x5": partial(
        equal, partial(pooled_shape, size=(4, 4, 5), window=2, stride=2), printed=(2, 2, 5)
    ),
}
