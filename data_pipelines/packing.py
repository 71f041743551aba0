"""Sentences laid end to end instead of padded to the longest one: the same windows, far fewer columns."""

from collections.abc import Callable

import numpy as np


def pack(
    symbols: np.ndarray, *, front: int, room: Callable[[int], int] = lambda size: size
) -> dict[str, np.ndarray]:
    """Lay padded sentences, int (sentences, width), end to end with `front` zeros before, between and after.

    Returns four arrays. `words`: the distinct symbols. `tokens`: for each place, its index in `words`.
    `owner`: for each window of up to front + 1 places, by its first place, the sentence that it belongs to.
    `has_room`, float: 1 where the padded sentence has a window of front + 1 zeros.
    No window of that width touches two sentences. `room` rounds sizes up, for backends that compile a program
    per shape: what is added belongs to one sentence more, which the model drops.
    """
    lengths = np.count_nonzero(symbols, axis=1)
    ends = np.cumsum(lengths + front)
    flat = np.zeros(room(int(ends[-1])) + front, symbols.dtype)
    place_of_first = ends - lengths - (np.cumsum(lengths) - lengths)
    flat[np.repeat(place_of_first, lengths) + np.arange(lengths.sum())] = symbols[symbols != 0]
    words, tokens = np.unique(flat, return_inverse=True)
    owner = np.full(len(flat) - front, len(symbols), "int32")
    owner[: ends[-1]] = np.repeat(np.arange(len(symbols)), lengths + front)
    return {
        "words": np.pad(words, (0, room(len(words)) - len(words))).astype("int32"),
        "tokens": tokens.astype("int32"),
        "owner": owner,
        "has_room": (lengths + 2 * front < symbols.shape[1]).astype("float32"),
    }


def coarse(size: int) -> int:
    """Round up to one of few sizes, each a quarter above the one before."""
    return int(np.ceil(1.25 ** np.ceil(np.log(max(size, 1)) / np.log(1.25))))
