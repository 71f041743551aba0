"""The claims of lecture 001."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.papers.lectures.slides import (
    Matrix,
    applied,
    equal,
    filtered,
    image,
    max_pooled,
    output_size,
    response,
    weights_of,
)

TOY = image("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")
CROSS = image("1 0 1 / 0 1 0 / 1 0 1")
BLUR = [[1 / 9] * 3] * 3
TRADING = ("advertised", "advertising", "turnover", "turnover")  # LSTM-Word's neighbours of "trading"


def routed(picture: Matrix, kernel: Matrix, printed: Matrix) -> float:
    """Compare the gradient of max pooling with respect to each entry of a window with the printed one."""
    size = len(printed)
    window = filtered(picture, kernel)[:size, :size]
    steps = np.eye(size * size).reshape(-1, size, size)
    pooled = [float(max_pooled((window + step)[..., None], size, 1)[0, 0, 0]) for step in (0 * window, *steps)]
    return equal(np.reshape(pooled[1:], (size, size)) - pooled[0], printed)


def loss_slope(target: float, output: float, step: float = 1e-3) -> float:
    """Return the derivative of the squared error at an output."""
    from keras import losses

    loss = losses.MeanSquaredError()
    above, below = (float(loss([target], [output + change])) for change in (step, -step))
    return (above - below) / (2 * step)


def receptive_field(dilations: Sequence[int], kernel: int = 2) -> float:
    """Count the inputs that one output of stacked causal 1-D convolutions depends on."""
    return float(np.count_nonzero(_reach(dilations, kernel)))


def skipped(dilations: Sequence[int], printed: Sequence[int]) -> float:
    """Compare the number of nodes that the filter of two skips in each layer with the printed numbers."""
    gaps = [np.diff(np.flatnonzero(_reach([dilation], 2)))[0] - 1 for dilation in dilations]
    return equal(np.array(gaps), printed)


def _reach(dilations: Sequence[int], kernel: int) -> np.ndarray:
    """Return the impulse response of stacked convolutions with all weights 1."""
    length = 1 + (kernel - 1) * sum(dilations)
    ones: dict[str, Any] = {"padding": "causal", "kernel_initializer": "ones", "use_bias": False}
    signal = np.eye(1, length).T
    for dilation in dilations:
        signal = applied(signal, "Conv1D", 1, kernel, dilation_rate=dilation, **ones)
    return signal.ravel()


def layer_weights(maps: int, kernel: int) -> float:
    """Count the weights of a 1-D convolution between layers of `maps` maps each."""
    return weights_of((None, maps), "Conv1D", maps, kernel, use_bias=False)


def filter_weights(kernel: int) -> float:
    """Count the weights of a square filter over a grey image."""
    return weights_of((None, None, 1), "Conv2D", 1, kernel, use_bias=False)


def dense_weights(inputs: int, outputs: int) -> float:
    """Count the weights of a fully connected layer between square images of these widths."""
    return weights_of((inputs**2,), "Dense", outputs**2, use_bias=False)


def word_model_millions(vocabulary: int, units: int) -> float:
    """Count the parameters, in millions, of a two-layer LSTM language model over words."""
    embedding = weights_of((None,), "Embedding", vocabulary, units)
    lstm = weights_of((None, units), "LSTM", units)
    return (embedding + 2 * lstm + weights_of((units,), "Dense", vocabulary)) / 1e6


def character_model_millions(
    vocabulary: int, characters: int, width: int, filters: Sequence[tuple[int, int]], highways: int, units: int
) -> float:
    """Count the parameters, in millions, of Kim's (2016) character-aware model; `filters` are (width, maps)."""
    count = weights_of((None,), "Embedding", characters, width)
    count += sum(weights_of((None, width), "Conv1D", maps, kernel) for kernel, maps in filters)
    features = sum(maps for _, maps in filters)
    count += 2 * highways * weights_of((features,), "Dense", features)
    count += weights_of((None, features), "LSTM", units) + weights_of((None, units), "LSTM", units)
    return (count + weights_of((units,), "Dense", vocabulary)) / 1e6


def distinct(words: Sequence[str]) -> float:
    """Count the different words of a list."""
    return float(len(set(words)))


WORDS, CHARACTERS = 10000, 51
SMALL = tuple((width, 25 * width) for width in range(1, 7))
LARGE = tuple((width, min(200, 50 * width)) for width in range(1, 8))

CLAIMS = {
    "toy convolution, first entry": partial(response, picture=TOY, kernel=CROSS),
    "toy convolution, size of the map": partial(output_size, size=5, kernel=3),
    "gradient of max pooling": partial(routed, picture=TOY, kernel=CROSS, printed=image("1 0 / 0 1")),
    "slope of the loss, 2(y' - y) for y' = 3, y = 1": partial(loss_slope, target=1.0, output=3.0),
    "blur filter on a flat region": partial(response, picture=[[1.0] * 3] * 3, kernel=BLUR),
    "weights of a filter, k x k for k = 3": partial(filter_weights, kernel=3),
    "weights fully connected, n n m m for n = 5, m = 3": partial(dense_weights, inputs=5, outputs=3),
    "receptive field of 4 layers, linear": partial(receptive_field, dilations=(1, 1, 1, 1)),
    "receptive field of 4 dilated layers, exponential": partial(receptive_field, dilations=(1, 2, 4, 8)),
    "nodes that a dilated layer skips": partial(skipped, dilations=(2, 4, 8), printed=(1, 3, 5)),
    "weights of a layer, k m for k = 2, m = 8": partial(layer_weights, maps=8, kernel=2),
    "LSTM-Word-Small, millions": partial(word_model_millions, WORDS, 200),
    "LSTM-Word-Large, millions": partial(word_model_millions, WORDS, 650),
    "LSTM-Char-Small, millions": partial(character_model_millions, WORDS, CHARACTERS, 15, SMALL, 1, 300),
    "LSTM-Char-Large, millions": partial(character_model_millions, WORDS, CHARACTERS, 15, LARGE, 2, 650),
    "LSTM-1 (Zaremba), millions": partial(word_model_millions, WORDS, 650),
    "LSTM-2 (Zaremba), millions": partial(word_model_millions, WORDS, 1500),
    "neighbours of 'trading', LSTM-Word": partial(distinct, words=TRADING),
}
