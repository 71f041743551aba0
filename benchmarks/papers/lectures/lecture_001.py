"""Claims of lecture 001."""

from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, equal, filtered, image, max_pooled, output_size

TOY = image("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")
CROSS = image("1 0 1 / 0 1 0 / 1 0 1")
EDGE = image("-1 -1 -1 / -1 8 -1 / -1 -1 -1")
LINE = image("-1 -1 -1 / 2 2 2 / -1 -1 -1")
BLUR = [[1 / 9] * 3] * 3


def first_entry(picture: Matrix, kernel: Matrix) -> float:
    """Return the top left entry of the feature map."""
    return float(filtered(picture, kernel)[0, 0])


def response(picture: Matrix, kernel: Matrix) -> float:
    """Return the one entry of a filter over a picture of its own size."""
    return float(filtered(picture, kernel)[0, 0])


def routed(picture: Matrix, kernel: Matrix, printed: Matrix) -> float:
    """Compare where the gradient of max pooling goes, 1 at a window's maximum and 0 elsewhere."""
    window = filtered(picture, kernel)[: len(printed), : len(printed[0])]
    pooled = max_pooled(window[..., None], len(printed), 1)[0, 0, 0]
    return equal(np.equal(window, pooled), printed)


CLAIMS = {
    "toy convolution, first entry": partial(first_entry, picture=TOY, kernel=CROSS),
    "toy convolution, size of the map": partial(output_size, size=5, kernel=3),
    "gradient of max pooling": partial(routed, picture=TOY, kernel=CROSS, printed=image("1 0 / 0 1")),
    "blur filter on a flat region": partial(response, picture=[[1.0] * 3] * 3, kernel=BLUR),
    "edge filter on a flat region": partial(response, picture=[[1.0] * 3] * 3, kernel=EDGE),
    "line filter on a flat region": partial(response, picture=[[1.0] * 3] * 3, kernel=LINE),
}
