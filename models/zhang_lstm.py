"""The LSTM of Zhang, Zhao & LeCun (2015): the mean of its outputs is classified.

Source: NIPS 2015, section 3.3.
"""

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import WordVectors


def mean_lstm(vectors: np.ndarray, classes: int, *, units: int) -> keras.Model:
    """Build the network over frozen vectors, (words + 1, width): int (texts, words) in, 0 behind the last word."""
    words = keras.Input((None,), dtype="int32", name="words")
    outputs = layers.LSTM(units, return_sequences=True)(
        WordVectors(vectors, trainable=False, name="vectors")(words)
    )
    return keras.Model(words, layers.Dense(classes, name="classes")(MeanOfText()(outputs, words)))


class MeanOfText(layers.Layer):
    """Averages outputs over the words of a text, unknown ones among them, but not over its padding."""

    def call(self, outputs, words):
        """Return float32 (texts, units) for outputs (texts, words, units)."""
        to_come = ops.flip(ops.cumsum(ops.flip(ops.cast(words != 0, outputs.dtype), 1), axis=1), 1)
        is_text = ops.cast(to_come > 0, outputs.dtype)
        lengths = ops.maximum(ops.sum(is_text, axis=1, keepdims=True), 1)
        return ops.einsum("twu,tw->tu", outputs, is_text / lengths)

    def compute_output_shape(self, outputs_shape, words_shape):
        return (outputs_shape[0], outputs_shape[2])
