"""The claims of lecture 000."""

import re
from collections.abc import Sequence
from functools import partial
from math import floor

import numpy as np

from benchmarks.papers.lectures.lecture_002 import ILSVRC_2012
from benchmarks.papers.lectures.slides import (
    Matrix,
    agreeing,
    applied,
    equal,
    filtered,
    image,
    max_pooled,
    zero_padded,
)

LEXICON = ("cool", "bad", "great", "very", "not")
TRIGRAMS = ("coo", "col", "ool", "ooo")  # those in the lexicon on the slide
MATRIX = image("0 1 0 0 1 / 2 3 3 3 4 / 4 0 1 0 1 / 3 4 2 3 3")
FILTER = image("-1 1 / 2 -2")
SENTENCE = "I like this movie very much!"
SPEECH = image("61.71 60.40 62.66 / 61.31 60.85 61.35 / 60.25 59.41 60.94 / 56.34 55.82 57.57")


def by_columns(picture: Matrix, columns: int) -> np.ndarray:
    """Return the first columns of a matrix as one vector."""
    return applied(np.array(picture)[:, :columns].T, "Flatten").ravel()


def one_hot(word: str, lexicon: Sequence[str]) -> np.ndarray:
    """Return the one-hot vector of a word; an unknown word is all zeros."""
    return _looked_up([word], lexicon)


def hashed(word: str, lexicon: Sequence[str]) -> np.ndarray:
    """Return the vector of the letter trigrams of a word."""
    return _looked_up([word[start : start + 3] for start in range(len(word) - 2)], lexicon)


def _looked_up(terms: Sequence[str], lexicon: Sequence[str]) -> np.ndarray:
    """Return 1 for each entry of the lexicon that is among the terms, else 0."""
    from keras import layers

    lookup = layers.StringLookup(vocabulary=list(lexicon), num_oov_indices=1, output_mode="multi_hot")
    return np.asarray(lookup(terms))[1:]


def empty_rows(sentence: str, longest: int) -> float:
    """Count the zero rows of a sentence matrix of fixed length, with a row for each word and punctuation mark."""
    from keras.utils import pad_sequences

    words = np.arange(1, len(re.findall(r"\w+|[^\w\s]", sentence)) + 1)
    return float(np.sum(pad_sequences([words], longest, padding="post") == 0))


def pooling_formula(picture: Matrix, window: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Return max pooling at stride 1, and by the formula whose indices start at `first`."""
    pixels = np.array(picture)
    return max_pooled(pixels[..., None], window, 1)[..., 0], _windows(pixels, window, first).max(axis=(2, 3))


def convolution_formula(picture: Matrix, kernel: Matrix, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the feature map of a layer, and by the formula whose indices start at `first`."""
    weights = np.array(kernel)
    windows = _windows(np.array(picture), len(kernel), first)
    return filtered(picture, kernel), (windows * weights[first:, first:]).sum(axis=(2, 3))


def _windows(pixels: np.ndarray, size: int, first: int) -> np.ndarray:
    """Return the entries of every window, from a row and column of it on."""
    return np.lib.stride_tricks.sliding_window_view(pixels, (size, size))[..., first:, first:]


def percent(results: Sequence[float], place: int) -> float:
    """Return an error rate of a list in per cent."""
    return 100 * results[place]


def largest_of_columns(table: Matrix) -> np.ndarray:
    """Return the largest number of each column."""
    return np.max(table, axis=0)


def fewest_runs(smallest: float, largest: float, average: float, half_digit: float) -> float:
    """Return the least number of runs, two or more, whose rounded average, minimum and maximum may be these.

    An average is nearest to the maximum where all runs but one are there, and to the minimum likewise. The bound
    itself is not enough: however halves are rounded, the average and both ends are not all half a digit away.
    """
    nearest = min(largest - average, average - smallest) + 2 * half_digit
    return float(max(2, floor((largest - smallest) / nearest + 1e-9) + 1))


CLAIMS = {
    "matrix to vector, column by column": partial(
        equal, partial(by_columns, picture=MATRIX, columns=2), printed=[0, 2, 4, 3, 1, 3, 0, 4]
    ),
    "zero padding of a 3x4 matrix": partial(
        equal,
        partial(zero_padded, picture=image("0 1 0 0 / 2 3 3 3 / 4 0 1 0"), padding=1),
        printed=image("0 0 0 0 0 0 / 0 0 1 0 0 0 / 0 2 3 3 3 0 / 0 4 0 1 0 0 / 0 0 0 0 0 0"),
    ),
    **{
        f"one-hot vector of '{word}'": partial(
            equal, partial(one_hot, word=word, lexicon=LEXICON), printed=printed
        )
        for word, printed in {
            "cool": [1, 0, 0, 0, 0],
            "great": [0, 0, 1, 0, 0],
            "not": [0, 0, 0, 0, 1],
            "coool": [0, 0, 0, 0, 0],
        }.items()
    },
    **{
        f"word hashing of {name}": partial(equal, partial(hashed, word=word, lexicon=TRIGRAMS), printed=printed)
        for name, word, printed in (
            ("'cool'", "cool", [1, 0, 1, 0]),
            ("'coool'", "coool", [1, 0, 1, 1]),
            ("'coool', ooo next to ool", "coool", [1, 0, 1, 0]),
        )
    },
    "zero rows of a sentence cut to 10": partial(empty_rows, sentence=SENTENCE, longest=10),
    "convolution formula": partial(agreeing, partial(convolution_formula, picture=MATRIX, kernel=FILTER, first=0)),
    "max pooling formula": partial(agreeing, partial(pooling_formula, picture=MATRIX, window=2, first=1)),
    "ILSVRC-2012, Sparse Coding": partial(percent, results=ILSVRC_2012, place=2),
    "ILSVRC-2012, 5 CNNs": partial(percent, results=ILSVRC_2012, place=1),
    "ILSVRC-2012, 7 CNNs": partial(percent, results=ILSVRC_2012, place=0),
    "bold numbers of speech features": partial(
        equal, partial(largest_of_columns, table=SPEECH), printed=[61.71, 60.85, 62.66]
    ),
    "fewest runs with the average, min and max of MFCC (13)": partial(
        fewest_runs, smallest=60.85, largest=61.35, average=61.31, half_digit=0.005
    ),
}
