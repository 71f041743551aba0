"""Claims of lecture 002."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import output_size, parameters


def matrix_entries(inputs: Sequence[int], filters: int, kernel: int) -> float:
    """Count the entries of the matrix that a 1-D convolution over (length, channels) amounts to."""
    from keras import layers

    impulses = np.eye(inputs[0] * inputs[1], dtype="float32").reshape(-1, *inputs)
    return float(np.asarray(layers.Conv1D(filters, kernel, use_bias=False)(impulses)).size)


CLAIMS = {
    "entries of the weight-sharing matrix": partial(matrix_entries, inputs=(6, 2), filters=3, kernel=3),
    "parameters of the weight-sharing matrix": partial(parameters, inputs=(6, 2), filters=3, kernel=3),
    "size of C2 from S1 of 14x14": partial(output_size, size=14, kernel=5),
}
