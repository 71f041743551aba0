"""Predictions as text and back."""

import numpy as np
import pytest

from results.predictions import decode, encode


@pytest.mark.parametrize("classes", [4, 256, 257, 70_000])
def test_round_trip(classes):
    predicted = np.random.default_rng(0).integers(0, classes, 1000)
    predicted[0] = classes - 1
    assert decode(encode(predicted)).tolist() == predicted.tolist()


def test_scores_become_the_class_with_the_largest_score():
    assert decode(encode(np.array([[0.1, 0.9, 0.0], [3.0, -1.0, 2.0], [0.0, 0.0, 1.0]]))).tolist() == [1, 0, 2]


@pytest.mark.parametrize("length", [0, 2, 10])
def test_incomplete_text_is_an_error(length):
    with pytest.raises(ValueError, match="cannot decode predictions"):
        decode(encode(np.arange(100))[:length])
