"""Layers that Keras lacks."""

import keras
import numpy as np
from keras import layers, ops


def read_rows(variable, indices):
    """Return rows of a variable, on TensorFlow without copying the rest of it."""
    value = getattr(variable, "value", variable)
    return value.sparse_read(indices) if hasattr(value, "sparse_read") else ops.take(variable, indices, axis=0)


def uniform(scale: float) -> dict[str, keras.initializers.Initializer]:
    """Return U[-scale, scale] for the weights of one layer.

    Each has an initializer of its own: Keras' gives equal numbers whenever it is asked.
    """
    kinds = ("kernel_initializer", "bias_initializer")
    return {kind: keras.initializers.RandomUniform(-scale, scale) for kind in kinds}


class WordVectors(layers.Layer):
    """Looks words up in a table whose row 0, padding, is zero and never moves.

    Distinct ones where an adaptive optimizer trains the table: on TensorFlow Keras squares a sparse gradient per
    occurrence, which goes wrong for every word that a batch has twice. Plain gradient descent only adds them up.
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
        return read_rows(self.vectors, words) * ops.expand_dims(is_word, -1)


class ProductConv1D(layers.Conv1D):
    """A convolution without padding or stride whose kernel gets its gradient by a product for each place.

    The numbers are those of Keras' layer. oneDNN's own gradient takes two to three times as long where a processor
    has no AVX-512.
    """

    def call(self, x):
        """Return (rows, places - width + 1, maps) of (rows, places, channels)."""
        return _convolved(x, as_tensor(self.kernel)) + self.bias


def as_tensor(variable):
    """Return the value of a variable, which a custom gradient may take, as it may no variable.

    Keras' own conversion would return the variable: on TensorFlow it counts as a tensor.
    """
    return ops.reshape(variable, variable.shape)


@ops.custom_gradient
def _convolved(x, kernel):
    width, channels, maps = kernel.shape

    def gradient(*arguments, upstream=None):  # by name on PyTorch alone
        received = arguments[0] if upstream is None else upstream
        places = ops.shape(received)[1]
        flat = ops.reshape(received, (-1, maps))
        windows = (ops.reshape(x[:, start : start + places], (-1, channels)) for start in range(width))
        of_kernel = ops.stack([ops.matmul(ops.transpose(window), flat) for window in windows])
        padded = ops.pad(received, ((0, 0), (width - 1, width - 1), (0, 0)))
        return ops.conv(padded, ops.transpose(ops.flip(kernel, 0), (0, 2, 1))), of_kernel

    return ops.conv(x, kernel), gradient


class SentenceMax(layers.Layer):
    """Convolves over sentences that lie end to end and takes each map's maximum within each sentence.

    A window of zeros answers with the bias. Windows narrower than the gap between sentences include such ones;
    for the widest filter they are left out of the sequence, and `has_room` says which sentences have one.
    """

    def __init__(self, maps: int, width: int, gap: int, **settings) -> None:
        super().__init__(**settings)
        self.is_wider_than_gap = width > gap
        self.convolve = layers.Conv1D(
            maps, width, kernel_initializer=keras.initializers.RandomUniform(-0.01, 0.01), name="convolve"
        )

    def build(self, sequence_shape, *other_shapes) -> None:
        self.convolve.build(sequence_shape)

    def call(self, sequence, owner, has_room):
        """Return float32 (sentences, maps), after ReLU, for a sequence (1, places, width)."""
        windows = self.convolve(sequence)[0, : ops.shape(owner)[0]]
        sentences = ops.shape(has_room)[0]
        largest = ops.segment_max(windows, owner, num_segments=sentences + 1)[:sentences]
        if self.is_wider_than_gap:
            with_zeros = ops.maximum(largest, self.convolve.bias)
            largest = ops.where(ops.expand_dims(has_room, 1) > 0, with_zeros, largest)
        return ops.relu(largest)

    def compute_output_shape(self, sequence_shape, owner_shape, has_room_shape):
        return (has_room_shape[0], self.convolve.filters)


class Highway(layers.Layer):
    """Mixes rectified linear units with the input itself, by a gate that starts nearly shut.

    `carry` is added to the learned bias of the gate. Source: Kim et al. (2016), section 3, and the authors' code.
    """

    def __init__(self, scale: float, carry: float = -2.0, **settings) -> None:
        super().__init__(**settings)
        self.scale, self.carry = scale, carry

    def build(self, input_shape) -> None:
        self.change = layers.Dense(input_shape[-1], activation="relu", **uniform(self.scale), name="change")
        self.gate = layers.Dense(input_shape[-1], **uniform(self.scale), name="gate")
        self.change.build(input_shape)
        self.gate.build(input_shape)

    def call(self, x):
        gate = ops.sigmoid(self.gate(x) + self.carry)
        return gate * self.change(x) + (1 - gate) * x

    def compute_output_shape(self, input_shape):
        return input_shape
