"""The claims of lecture 001."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.papers.lectures.slides import (
    Matrix,
    agreeing,
    applied,
    equal,
    filtered,
    image,
    max_pooled,
    output_size,
    response,
    weights_of,
)
from results.published import read_cells

TOY = image("1 1 1 0 0 / 0 1 1 1 0 / 0 0 1 1 1 / 0 0 1 1 0 / 0 1 1 0 0")
CROSS = image("1 0 1 / 0 1 0 / 1 0 1")
BLUR = [[1 / 9] * 3] * 3
LOWER_ROWS = image("0 0 0 0 / 0 3 5 0 / 0 0 0 0 / 2 0 0 4")  # of windows of 2x2
UPPER_ROWS = image("0 3 5 0 / 0 0 0 0 / 2 0 0 4 / 0 0 0 0")
TRADING = ("advertised", "advertising", "turnover", "turnover")  # LSTM-Word's neighbours of "trading"


def growing(picture: Matrix, kernel: Matrix, size: int) -> np.ndarray:
    """Return how much max pooling of the map's first window grows with each of its entries."""
    window = filtered(picture, kernel)[:size, :size]
    steps = np.eye(size * size).reshape(-1, size, size)
    pooled = [float(max_pooled((window + step)[..., None], size, 1)[0, 0, 0]) for step in (0 * window, *steps)]
    return np.reshape(pooled[1:], (size, size)) - pooled[0]


def remembered(picture: Matrix, kernel: Matrix, size: int) -> np.ndarray:
    """Return the gradient of max pooling of the map's first window if one index of its maximum is kept."""
    window = filtered(picture, kernel)[:size, :size]
    return np.reshape(np.eye(size * size)[np.argmax(window)], (size, size))


def pooled_after_shift(picture: Matrix, window: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return max pooling of an image, and of the image shifted upwards by some rows, zeros below."""
    shifted = np.pad(np.array(picture)[rows:], ((0, rows), (0, 0)))
    first, second = (max_pooled(pixels[..., None], window, window) for pixels in (np.array(picture), shifted))
    return first[..., 0], second[..., 0]


def slopes(
    targets: Sequence[float], outputs: Sequence[float], factor: float, step: float = 0.1
) -> tuple[np.ndarray, list[float]]:
    """Return the derivatives of the squared error at outputs, and factor (output - target)."""
    from keras import losses

    loss = losses.MeanSquaredError()
    pairs = list(zip(targets, outputs, strict=True))
    above, below = (np.array([loss([y], [output + change]) for y, output in pairs]) for change in (step, -step))
    return (above - below) / (2 * step), [factor * (output - y) for y, output in pairs]


def averaging(picture: Matrix, kernel: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """Return a filter's map, and the averages of its windows."""
    averages = applied(np.array(picture)[..., None], "AveragePooling2D", len(kernel), 1)
    return filtered(picture, kernel), averages[..., 0]


def fields(dilations: Sequence[int], kernel: int = 2) -> list[int]:
    """Count the inputs behind an output of causal 1-D convolutions: one, two of them stacked, and so on."""
    stacks = [dilations[:layers] for layers in range(1, len(dilations) + 1)]
    return [int(np.count_nonzero(_reach(stack, kernel))) for stack in stacks]


def _reach(dilations: Sequence[int], kernel: int) -> np.ndarray:
    """Return the impulse response of stacked convolutions with all weights 1."""
    length = 1 + (kernel - 1) * sum(dilations)
    ones: dict[str, Any] = {"padding": "causal", "kernel_initializer": "ones", "use_bias": False}
    signal = np.eye(1, length).T
    for dilation in dilations:
        signal = applied(signal, "Conv1D", 1, kernel, dilation_rate=dilation, **ones)
    return signal.ravel()


def bend(numbers: Sequence[float]) -> np.ndarray:
    """Return the second differences; zeros where numbers grow linearly."""
    return np.diff(numbers, 2)


def linear_growth(dilations: Sequence[int]) -> np.ndarray:
    """Return the bend of the receptive field over the layers."""
    return bend(fields(dilations))


def exponential_growth(skipped: Sequence[int]) -> np.ndarray:
    """Return zeros where a layer multiplies the receptive field by the factor of the layer below.

    Above the first layer, each skips so many nodes: its dilation is one more.
    """
    sizes = np.array(fields([1, *(nodes + 1 for nodes in skipped)]))
    return sizes[2:] * sizes[:-2] - sizes[1:-1] ** 2


def growth_with_field(dilated: bool, sizes: Sequence[int], maps: int) -> np.ndarray:
    """Return the bend of the weights of the layers that a receptive field takes, with filters of two."""
    return bend([network_weights(dilations_for(size, dilated), maps) for size in sizes])


def growth_with_maps(maps: Sequence[int], kernel: int, across: bool) -> np.ndarray:
    """Return the bend of a layer's weights over its maps; a filter goes across all maps below, or over one."""
    return bend([layer_weights(count, kernel, 1 if across else count) for count in maps])


def is_more_compact(dilations: Sequence[int], maps: int) -> float:
    """Return 1 if dilated layers have fewer weights than plain layers of the same receptive field, else 0."""
    plain = dilations_for(fields(dilations)[-1], dilated=False)
    return float(network_weights(dilations, maps) < network_weights(plain, maps))


def dilations_for(field: int, dilated: bool) -> list[int]:
    """Return the dilations of the fewest layers, with filters of two, whose receptive field is at least this."""
    dilations: list[int] = []
    while 1 + sum(dilations) < field:
        dilations.append(2 ** len(dilations) if dilated else 1)
    return dilations


def network_weights(dilations: Sequence[int], maps: int) -> float:
    """Count the weights of layers with filters of two."""
    return len(dilations) * layer_weights(maps, kernel=2)


def layer_weights(maps: int, kernel: int, groups: int = 1) -> float:
    """Count the weights of a 1-D convolution between layers of `maps` maps each."""
    return weights_of((None, maps), "Conv1D", maps, kernel, use_bias=False, groups=groups)


def filter_weights(widths: Sequence[int]) -> list[float]:
    """Count the weights of square filters over a grey image."""
    return [weights_of((None, None, 1), "Conv2D", 1, width, use_bias=False) for width in widths]


def dense_weights(widths: Sequence[tuple[int, int]]) -> list[float]:
    """Count the weights of fully connected layers between square images of two widths."""
    return [weights_of((below**2,), "Dense", above**2, use_bias=False) for below, above in widths]


def of_each_column(paper: str, table: str, place: int) -> list[float]:
    """Return a number of each column of a published table, by its place in sorted order."""
    columns: dict[str, list[float]] = {}
    for cell in read_cells(paper):
        if cell.table == table and cell.value is not None:
            columns.setdefault(cell.column, []).append(cell.value)
    return [sorted(values)[place] for values in columns.values()]


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
    "gradient of max pooling": partial(
        equal, partial(growing, picture=TOY, kernel=CROSS, size=2), printed=image("1 0 / 0 1")
    ),
    "gradient of max pooling, one index kept": partial(
        equal, partial(remembered, picture=TOY, kernel=CROSS, size=2), printed=image("1 0 / 0 1")
    ),
    "max pooling of a pattern shifted within its windows": partial(
        agreeing, partial(pooled_after_shift, picture=LOWER_ROWS, window=2, rows=1)
    ),
    "max pooling of a pattern shifted out of its windows": partial(
        agreeing, partial(pooled_after_shift, picture=UPPER_ROWS, window=2, rows=1)
    ),
    "slope of the loss, 2(y' - y)": partial(
        agreeing, partial(slopes, targets=(1.0, 0.5, 2.0), outputs=(3.0, 0.25, 2.0), factor=2.0)
    ),
    "blur filter is a local average": partial(agreeing, partial(averaging, picture=TOY, kernel=BLUR)),
    "weights of a filter, k x k": partial(equal, partial(filter_weights, widths=(3, 5)), printed=[3 * 3, 5 * 5]),
    "weights fully connected, n n m m": partial(
        equal, partial(dense_weights, widths=((5, 3), (6, 2))), printed=[5 * 5 * 3 * 3, 6 * 6 * 2 * 2]
    ),
    "receptive field grows linearly": partial(
        equal, partial(linear_growth, dilations=(1, 1, 1, 1)), printed=[0, 0]
    ),
    "dilated receptive field grows exponentially, skipping 1, 3, 5": partial(
        equal, partial(exponential_growth, skipped=(1, 3, 5)), printed=[0, 0]
    ),
    "dilated receptive field grows exponentially, skipping 1, 3, 7": partial(
        equal, partial(exponential_growth, skipped=(1, 3, 7)), printed=[0, 0]
    ),
    "weights grow as the receptive field n": partial(
        equal, partial(growth_with_field, dilated=False, sizes=(2, 3, 4, 5), maps=8), printed=[0, 0]
    ),
    "weights of dilated layers grow as log n": partial(
        equal, partial(growth_with_field, dilated=True, sizes=(2, 4, 8, 16), maps=8), printed=[0, 0]
    ),
    "weights grow as the maps m": partial(
        equal, partial(growth_with_maps, maps=(8, 16, 24), kernel=2, across=True), printed=[0]
    ),
    "weights grow as the maps m, each filter over one map": partial(
        equal, partial(growth_with_maps, maps=(8, 16, 24), kernel=2, across=False), printed=[0]
    ),
    "dilated layers are more compact": partial(is_more_compact, dilations=(1, 2), maps=8),
    "LSTM-Word-Small, millions": partial(word_model_millions, WORDS, 200),
    "LSTM-Word-Large, millions": partial(word_model_millions, WORDS, 650),
    "LSTM-Char-Small, millions": partial(character_model_millions, WORDS, CHARACTERS, 15, SMALL, 1, 300),
    "LSTM-Char-Large, millions": partial(character_model_millions, WORDS, CHARACTERS, 15, LARGE, 2, 650),
    "LSTM-2 (Zaremba), millions": partial(word_model_millions, WORDS, 1500),
    "neighbours of 'trading', LSTM-Word": partial(distinct, words=TRADING),
    "Zhang (2015), best of each data set": partial(
        equal,
        partial(of_each_column, paper="zhang2015", table="4", place=0),
        printed=[7.64, 2.81, 1.31, 4.36, 37.95, 28.80, 40.43, 4.93],
    ),
    "Zhang (2015), worst of each data set": partial(
        equal,
        partial(of_each_column, paper="zhang2015", table="4", place=-1),
        printed=[16.91, 10.79, 9.55, 12.67, 47.46, 39.45, 55.87, 18.39],
    ),
}
