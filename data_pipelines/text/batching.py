"""Batches with less padding: texts laid end to end, or cut behind the longest; long texts as streams."""

import heapq
from collections.abc import Callable

import numpy as np

from data_pipelines.dataset import DataError, Split


def pack(
    symbols: np.ndarray, *, front: int, room: Callable[[int], int] = lambda size: size
) -> dict[str, np.ndarray]:
    """Lay padded sentences, int (sentences, width), end to end with `front` zeros before, between and after.

    Returns four arrays. `words`: the distinct symbols. `tokens`: for each position, its index in `words`.
    `owner`: for each window of up to front + 1 positions, by its first position, its sentence.
    `has_room`, float: 1 where the padded sentence has a window of front + 1 zeros.
    No window of that width touches two sentences. `room` rounds sizes up, for backends that compile a program
    per shape: the extra positions belong to one more sentence, which the model drops.
    """
    lengths = np.count_nonzero(symbols, axis=1)
    ends = np.cumsum(lengths + front)
    flat = np.zeros(room(int(ends[-1])) + front, symbols.dtype)
    shifts = ends - lengths - (np.cumsum(lengths) - lengths)
    flat[np.repeat(shifts, lengths) + np.arange(lengths.sum())] = symbols[symbols != 0]
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

    For a network that makes a frame of every `stride` symbols: each text begins at a multiple of `stride`, with as
    many or more zeros behind it. Returns `symbols`, int32, and `is_text`, bool, both (rows, positions), and
    `frames`, int32 (texts, frames): the numbers of each text's own frames, then the number of the very last frame,
    which is all zeros. `room` rounds the numbers of rows and of frames in a row up.
    """
    lengths = text_lengths(texts)
    needed = -(-lengths // stride) + 1
    rows = room(max(1, int(needed.sum() // needed.max())))
    row_of, begins, longest = spread(needed, rows)
    row_frames = room(longest)
    first = row_of * row_frames + begins
    symbols = np.zeros(rows * row_frames * stride, "int32")
    is_text = np.zeros(len(symbols), bool)
    text, column = np.nonzero(np.arange(texts.shape[1]) < lengths[:, None])
    laid = first[text] * stride + column
    symbols[laid], is_text[laid] = texts[text, column], True
    is_own = np.arange(frames) < needed[:, None] - 1
    own = np.where(is_own, first[:, None] + np.arange(frames), rows * row_frames - 1)
    shape = (rows, row_frames * stride)
    return {"symbols": symbols.reshape(shape), "is_text": is_text.reshape(shape), "frames": own.astype("int32")}


def spread(needed: np.ndarray, rows: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Give each of some lengths a row and an offset in it, long ones first, each to the emptiest row.

    Returns the row and the offset of each, int, and the length of the longest row.
    """
    filled = [(0, row) for row in range(rows)]
    row_of, begins = np.zeros((2, len(needed)), int)
    for item in np.argsort(-needed, kind="stable"):
        begins[item], row_of[item] = filled[0]
        heapq.heapreplace(filled, (begins[item] + needed[item], row_of[item]))
    return row_of, begins, int(max(filled)[0])


def text_lengths(texts: np.ndarray) -> np.ndarray:
    """Return the length of each padded text, up to its last symbol other than 0: int (texts,)."""
    is_symbol = texts != 0
    return np.where(is_symbol.any(axis=1), texts.shape[1] - np.argmax(is_symbol[:, ::-1], axis=1), 0)


def cut(texts: np.ndarray, *, room: Callable[[int], int] = lambda size: size) -> np.ndarray:
    """Drop the padding that all texts of a batch share: int32 (texts, symbols) of int (texts, length)."""
    longest = int(np.flatnonzero(texts.any(axis=0)).max(initial=0)) + 1
    return texts[:, : room(longest)].astype("int32")


def coarse(size: int) -> int:
    """Round up to one of few sizes, each a quarter larger than the one before."""
    return int(np.ceil(1.25 ** np.ceil(np.log(max(size, 1)) / np.log(1.25))))


def side_by_side(split: Split, streams: int, steps: int) -> Split:
    """Cut a text into equally long streams of a whole number of `steps`; the rest at its end is dropped.

    x becomes int32 (streams, tokens, 2), each word with the next one; y, the next words, (streams, tokens).
    Raises DataError if the text is too short.
    """
    tokens = len(split.x) // (streams * steps) * steps
    if not tokens:
        raise DataError(
            f"The text has {len(split.x)} tokens. Expected {streams * steps} or more for {streams} streams."
        )
    x, y = (array[: streams * tokens].reshape(streams, tokens) for array in split)
    return Split(np.stack([x, y], axis=2), y)


def in_windows(split: Split, steps: int) -> Split:
    """Cut streams into windows in reading order: x (windows x streams, steps, 2), y without the 2."""

    def windows(array: np.ndarray) -> np.ndarray:
        pieces = array.reshape(len(array), -1, steps, *array.shape[2:])
        return np.swapaxes(pieces, 0, 1).reshape(-1, steps, *array.shape[2:])

    return Split(windows(split.x), windows(split.y))


def distinct(x: np.ndarray, *, room: Callable[[int], int] = lambda size: size) -> dict[str, np.ndarray]:
    """Return a batch, int (streams, steps, 2), with each of its words once.

    `distinct`: the words, in ascending order. `positions`: the index of each token's word among them. `following`:
    the next words. `room` rounds the number of words up, for backends that compile a program per shape.
    """
    words, positions = np.unique(x[..., 0], return_inverse=True)
    return {
        "distinct": np.pad(words, (0, room(len(words)) - len(words))).astype("int32"),
        "positions": positions.reshape(x.shape[:2]).astype("int32"),
        "following": x[..., 1],
    }
