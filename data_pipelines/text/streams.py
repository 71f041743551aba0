"""Long texts as streams that are read side by side, some steps at a time."""

from collections.abc import Callable

import numpy as np

from data_pipelines.dataset import DataError, Split


def side_by_side(split: Split, streams: int, steps: int) -> Split:
    """Cut a text into equally long streams of a whole number of `steps`, dropping what is left over at its end.

    x becomes int32 (streams, tokens, 2), each word with the one after it; y, the latter, (streams, tokens).
    Raises DataError when the text is too short.
    """
    tokens = len(split.x) // (streams * steps) * steps
    if not tokens:
        raise DataError(
            f"The text has {len(split.x)} tokens. Expected {streams * steps} or more for {streams} streams."
        )
    x, y = (part[: streams * tokens].reshape(streams, tokens) for part in split)
    return Split(np.stack([x, y], axis=2), y)


def in_windows(split: Split, steps: int) -> Split:
    """Cut streams into windows in the order of reading: x (windows x streams, steps, 2), y without the 2."""
    windows = split.y.shape[1] // steps

    def cut(part: np.ndarray) -> np.ndarray:
        pieces = part.reshape(len(part), windows, steps, *part.shape[2:])
        return np.swapaxes(pieces, 0, 1).reshape(-1, steps, *part.shape[2:])

    return Split(cut(split.x), cut(split.y))


def distinct(x: np.ndarray, *, room: Callable[[int], int] = lambda size: size) -> dict[str, np.ndarray]:
    """Return a batch, int (streams, steps, 2), with each of its words once.

    `distinct`: the words, in ascending order. `positions`: where each token stands in it. `following`: the next
    words. `room` rounds the number of words up, for backends that compile a program per shape.
    """
    words, positions = np.unique(x[..., 0], return_inverse=True)
    return {
        "distinct": np.pad(words, (0, room(len(words)) - len(words))).astype("int32"),
        "positions": positions.reshape(x.shape[:2]).astype("int32"),
        "following": x[..., 1],
    }
