"""The claims of lecture 002."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, equal, filtered, image, output_size, weights_of

RESULTS = (0.15315, 0.16422, 0.26172, 0.26602, 0.26646, 0.26952, 0.26979, 0.27058, 0.27079, 0.27302)
TOY = image("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")


def printed_pattern(filters: int = 3) -> list[list[int]]:
    """Return the printed matrix, with parameters numbered from 1, filter by filter."""
    rows = []
    for number in range(filters):
        first = [1 + 6 * number + place for place in range(6)]
        for shift in range(4):
            half = [[0] * shift + first[start : start + 3] + [0] * (3 - shift) for start in (0, 3)]
            rows.append(half[0] + half[1])
    return rows


def convolution_matrix(inputs: Sequence[int], filters: int, kernel: int) -> np.ndarray:
    """Return the matrix of a 1-D convolution over (length, channels), with parameters numbered from 1."""
    from keras import layers

    layer = layers.Conv1D(filters, kernel, use_bias=False)
    layer.build((None, *inputs))
    numbers = np.arange(1, layer.count_params() + 1).reshape(filters, inputs[1], kernel)
    layer.set_weights([numbers.transpose(2, 1, 0)])
    impulses = np.eye(inputs[0] * inputs[1], dtype="float32").reshape(-1, inputs[1], inputs[0])
    answers = np.asarray(layer(impulses.transpose(0, 2, 1)))
    return answers.transpose(2, 1, 0).reshape(-1, inputs[0] * inputs[1])


def matrix_entries(inputs: Sequence[int], filters: int, kernel: int) -> float:
    """Count the entries of that matrix."""
    return float(convolution_matrix(inputs, filters, kernel).size)


def matrix_pattern(inputs: Sequence[int], filters: int, kernel: int, printed: Matrix) -> float:
    """Compare that matrix with the printed one, entry by entry."""
    return equal(convolution_matrix(inputs, filters, kernel), printed)


def parameters(inputs: Sequence[int], filters: int, kernel: int) -> float:
    """Count the weights of the convolution."""
    return weights_of(inputs, "Conv1D", filters, kernel, use_bias=False)


def in_order(errors: Sequence[float]) -> float:
    """Count the entries of a ranking that are in sorted position."""
    return float(np.sum(np.sort(errors) == np.array(errors)))


def percent(error: float) -> float:
    """Return an error rate in per cent."""
    return 100 * error


def millions(*counts: int) -> float:
    """Return a sum in millions."""
    return sum(counts) / 1e6


def cross_entropy(logits: Sequence[float], target: int) -> float:
    """Return the cross-entropy of softmax probabilities."""
    from keras import losses

    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(loss(np.array([target]), np.array([logits], "float32")))


def second_sum(picture: Matrix, kernel: Matrix) -> float:
    """Count the entries where the two printed sums of 2-D convolution agree; weights outside the filter are zero.

    Of w(-m, -n) with m, n >= 0, only w(0, 0) is inside the filter.
    """
    flipped = np.array(kernel)[::-1, ::-1]
    first = filtered(picture, flipped.tolist())
    margin = len(kernel) - 1
    return float(np.sum(first == np.array(picture)[margin:, margin:] * kernel[0][0]))


SHAPE: dict = {"inputs": (6, 2), "filters": 3, "kernel": 3}
CLAIMS = {
    "entries of the weight-sharing matrix": partial(matrix_entries, **SHAPE),
    "parameters of the weight-sharing matrix": partial(parameters, **SHAPE),
    "weight-sharing matrix": partial(matrix_pattern, **SHAPE, printed=printed_pattern()),
    "size of C2 from S1 of 14x14": partial(output_size, size=14, kernel=5),
    "two sums of 2-D convolution": partial(second_sum, picture=TOY, kernel=image("1 0 / 0 1")),
    "cross entropy, -log y for y = 3 of 1, 2, 3": partial(cross_entropy, logits=(1.0, 2.0, 3.0), target=2),
    "ILSVRC-2012 results in order": partial(in_order, errors=RESULTS),
    "SuperVision, first entry, per cent": partial(percent, error=RESULTS[0]),
    "SuperVision, second entry, per cent": partial(percent, error=RESULTS[1]),
    "ISI, per cent": partial(percent, error=RESULTS[2]),
    "images of ImageNet's challenge, in millions": partial(millions, 1_200_000, 50_000, 150_000),
}
