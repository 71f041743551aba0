"""The mean over a text."""

import numpy as np

from models.text_layers import MeanOfText


def test_the_mean_includes_unknown_words_but_not_padding():
    outputs = np.arange(24, dtype="float32").reshape(2, 4, 3)
    found = MeanOfText()(outputs, np.array([[5, 0, 7, 0], [0, 0, 0, 0]]))
    np.testing.assert_allclose(found, [outputs[0, :3].mean(axis=0), [0, 0, 0]])
