"""Layers that several text networks share, and reads of their variables."""

import numpy as np
from keras import layers, ops


def gather_rows(variable, indices):
    """Return rows of a variable; on TensorFlow without copying the whole table."""
    value = getattr(variable, "value", variable)
    return value.sparse_read(indices) if hasattr(value, "sparse_read") else ops.take(variable, indices, axis=0)


def as_tensor(variable):
    """Return the value of a variable as a tensor.

    A custom gradient takes no variables, and on TensorFlow `ops.convert_to_tensor` returns the variable itself.
    """
    return ops.reshape(variable, variable.shape)


class WordVectors(layers.Layer):
    """A table of word vectors with given start values. Row 0 is padding: always zero, never trained.

    Under an adaptive optimizer, pass each word of a batch only once: Keras on TensorFlow squares a sparse gradient
    per occurrence of a word, which is wrong for words that occur twice. Plain gradient descent is not affected.
    """

    def __init__(self, vectors: np.ndarray, **settings) -> None:
        super().__init__(**settings)
        self.start = vectors

    def build(self, input_shape) -> None:
        self.vectors = self.add_weight(shape=self.start.shape, initializer="zeros", name="vectors")
        self.vectors.assign(self.start)

    def call(self, words):
        """Return float32 (..., width) for int (...)."""
        is_word = ops.cast(ops.not_equal(words, 0), self.compute_dtype)
        return gather_rows(self.vectors, words) * ops.expand_dims(is_word, -1)


class MeanOfText(layers.Layer):
    """The mean of outputs over a text up to its last known word; unknown words (0) before it count."""

    def call(self, outputs, words):
        """Return float32 (texts, units) for outputs (texts, words, units) and int words (texts, words)."""
        to_come = ops.flip(ops.cumsum(ops.flip(ops.cast(words != 0, outputs.dtype), 1), axis=1), 1)
        is_text = ops.cast(to_come > 0, outputs.dtype)
        lengths = ops.maximum(ops.sum(is_text, axis=1, keepdims=True), 1)
        return ops.einsum("twu,tw->tu", outputs, is_text / lengths)

    def compute_output_shape(self, outputs_shape, words_shape):
        return (outputs_shape[0], outputs_shape[2])
