"""Batches with less padding: sentences laid end to end, and texts cut to the longest of those of their size."""

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


def by_length(
    texts: np.ndarray, *, groups: int, stride: int, seen: int, room: Callable[[int], int] = lambda size: size
) -> dict[str, np.ndarray]:
    """Part a batch, int (texts, length), 0 for padding, into groups by length and cut the padding of each.

    For a network whose every frame sees `seen` symbols, the next one `stride` further: each text keeps a frame of
    padding alone, unless it has none. Returns `texts_0` and so on, int32, and `order`: the place of each text in
    the groups together. `room` rounds numbers of frames up.
    """
    most = texts.shape[1]
    lengths = most - np.argmax(texts[:, ::-1] != 0, axis=1)
    lengths[~texts.any(axis=1)] = 0
    by_size = np.argsort(lengths, kind="stable")
    parts = {}
    for number, rows in enumerate(np.array_split(by_size, groups)):
        with_text = -(-int(lengths[rows].max(initial=0)) // stride)
        width = min(most, room(with_text + 1) * stride + seen - stride)
        part = texts[rows, :width] if len(rows) else np.zeros((1, width))  # Keras can't convolve nothing
        parts[f"texts_{number}"] = part.astype("int32")
    return {**parts, "order": np.argsort(by_size).astype("int32")}


def cut(texts: np.ndarray, *, room: Callable[[int], int] = lambda size: size) -> np.ndarray:
    """Drop the padding that all texts of a batch share: int32 (texts, symbols) of int (texts, length)."""
    longest = int(np.flatnonzero(texts.any(axis=0)).max(initial=0)) + 1
    return texts[:, : room(longest)].astype("int32")


def coarse(size: int) -> int:
    """Round up to one of few sizes, each a quarter above the one before."""
    return int(np.ceil(1.25 ** np.ceil(np.log(max(size, 1)) / np.log(1.25))))
