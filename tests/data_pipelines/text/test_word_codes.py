"""Codes of words that need no training."""

from functools import partial

import numpy as np

from data_pipelines.dataset import Fold, Split
from data_pipelines.text.word_codes import letter_ngrams, load_with_codes, one_hot


def test_codes_are_those_of_the_lecture():
    words, seen = ["cool", "coool", "am", "new"], ["cool", "cool", "am", "coool"]
    np.testing.assert_array_equal(one_hot(words, seen, 2), [[1, 0], [0, 0], [0, 1], [0, 0]])
    codes = letter_ngrams(words, seen, 9)
    assert codes.shape == (4, 9)
    # _co, coo, ool, ol_; those and ooo; _am, am_; none of _ne, new, ew_
    assert codes.sum(axis=1).tolist() == [4, 5, 2, 0]
    assert (codes[0] * codes[1]).sum() == 4


def two_parts(paths, fold, seed, *, test=((1, 2, 5),)) -> Fold:
    """Return a set whose word "e" is in the test part alone."""
    train = Split(np.array([[1, 2, 3, 0], [2, 4, 1, 3], [0, 0, 0, 0]] * 9), np.zeros(27))
    return Fold(train, None, Split(np.array(test), np.zeros(len(test))), ("a", "b", "c", "d", "e"))


def test_codes_depend_on_the_training_part_alone():
    first, other = (
        load_with_codes([], 0, 0, load=partial(two_parts, test=test), code=one_hot, width=3)
        for test in (((1, 2, 5),), ((5, 5, 5),))
    )
    np.testing.assert_array_equal(first.vectors, other.vectors)
    assert first.vectors.sum(axis=1).tolist() == [1, 1, 1, 0, 0]  # a, b and c are the most frequent
