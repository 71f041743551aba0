"""Batches with less padding: sentences or texts laid end to end, or cut behind the longest."""

import heapq
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


def end_to_end(
    texts: np.ndarray, *, frames: int, stride: int, room: Callable[[int], int] = lambda size: size
) -> dict[str, np.ndarray]:
    """Lay padded texts, int (texts, length), 0 for padding, end to end in rows, about as long as the longest.

    For a network that makes a frame of every `stride` symbols: each text begins at a multiple of it, and as many
    zeros or more come behind. Returns `symbols`, int32, and `is_text`, bool, both (rows, places), and `frames`,
    int32 (texts, frames): which of all frames are a text's own; the very last one, of zeros alone, stands for
    those behind its end. `room` rounds numbers of rows and of frames in a row up.
    """
    lengths = text_lengths(texts)
    needed = -(-lengths // stride) + 1
    rows = room(max(1, int(needed.sum() // needed.max())))
    row_of, begins, longest = spread(needed, rows)
    row_frames = room(longest)
    first = row_of * row_frames + begins
    symbols = np.zeros(rows * row_frames * stride, "int32")
    is_text = np.zeros(len(symbols), bool)
    text, place = np.nonzero(np.arange(texts.shape[1]) < lengths[:, None])
    laid = first[text] * stride + place
    symbols[laid], is_text[laid] = texts[text, place], True
    is_own = np.arange(frames) < needed[:, None] - 1
    own = np.where(is_own, first[:, None] + np.arange(frames), rows * row_frames - 1)
    shape = (rows, row_frames * stride)
    return {"symbols": symbols.reshape(shape), "is_text": is_text.reshape(shape), "frames": own.astype("int32")}


def spread(needed: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Give each of some lengths a row and a place in it, long ones first, each to the row with the most room.

    Returns the row and the beginning of each, int, and how long the longest row is.
    """
    filled = [(0, row) for row in range(rows)]
    row_of, begins = np.zeros((2, len(needed)), int)
    for item in np.argsort(-needed, kind="stable"):
        begins[item], row_of[item] = filled[0]
        heapq.heapreplace(filled, (begins[item] + needed[item], row_of[item]))
    return row_of, begins, int(max(filled)[0])


def text_lengths(texts: np.ndarray) -> np.ndarray:
    """Return how long each padded text is, up to its last symbol that is not 0: int (texts,)."""
    is_symbol = texts != 0
    return np.where(is_symbol.any(axis=1), texts.shape[1] - np.argmax(is_symbol[:, ::-1], axis=1), 0)


def cut(texts: np.ndarray, *, room: Callable[[int], int] = lambda size: size) -> np.ndarray:
    """Drop the padding that all texts of a batch share: int32 (texts, symbols) of int (texts, length)."""
    longest = int(np.flatnonzero(texts.any(axis=0)).max(initial=0)) + 1
    return texts[:, : room(longest)].astype("int32")


def coarse(size: int) -> int:
    """Round up to one of few sizes, each a quarter above the one before."""
    return int(np.ceil(1.25 ** np.ceil(np.log(max(size, 1)) / np.log(1.25))))
