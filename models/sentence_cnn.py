"""The sentence CNN of Kim (2014).

Source: Y. Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014, section 2,
and the published code where the paper is silent.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops


class Channel(NamedTuple):
    """One view of the sentence: a table of word vectors, tuned or frozen."""

    vectors: np.ndarray  # float32 (symbols, width); row 0 is padding
    trainable: bool


def sentence_cnn(
    channels: Sequence[Channel],
    classes: int,
    *,
    length: int | None = None,
    filters: Sequence[int] = (3, 4, 5),
    maps: int = 100,
    dropout: float = 0.5,
    max_norm: float = 3.0,
) -> keras.Model:
    """Build the network: int (sentences, length) in, logits (sentences, classes) out.

    The filters run over every channel and the results are added before bias and ReLU, which equals one
    convolution of the channels' sum.
    Kim's dropout keeps activations as they are in training and halves the softmax weight at test.
    """
    symbols = keras.Input((length,), dtype="int32", name="symbols")
    views = [WordVectors(channel, name=f"channel_{i}")(symbols) for i, channel in enumerate(channels)]
    sentence = layers.Add()(views) if len(views) > 1 else views[0]
    pooled = [layers.GlobalMaxPooling1D()(_convolve(width, maps)(sentence)) for width in filters]
    features = layers.Concatenate(axis=-1)(pooled) if len(pooled) > 1 else pooled[0]
    features = layers.Rescaling(1 - dropout)(layers.Dropout(dropout)(features))
    output = layers.Dense(
        classes,
        kernel_initializer="zeros",
        kernel_constraint=keras.constraints.MaxNorm(max_norm, axis=0),
        name="softmax",
    )(features)
    return keras.Model(symbols, output, name="sentence_cnn")


class WordVectors(layers.Layer):
    """Looks words up in a table whose row 0, padding, is zero and never moves.

    Multiplying the table also makes its gradient dense, which the optimizer needs: on TensorFlow Keras squares
    a sparse gradient per occurrence, so Adadelta goes wrong for every word that a batch has twice.
    """

    def __init__(self, channel: Channel, **settings) -> None:
        super().__init__(trainable=channel.trainable, **settings)
        self.channel = channel

    def build(self, input_shape) -> None:
        vectors = self.channel.vectors
        self.vectors = self.add_weight(shape=vectors.shape, initializer="zeros", name="vectors")
        self.vectors.assign(vectors)
        self.is_word = np.arange(len(vectors))[:, None] != 0

    def call(self, symbols):
        """Return float32 (sentences, length, width) for int (sentences, length)."""
        return ops.take(self.vectors * ops.cast(self.is_word, self.compute_dtype), symbols, axis=0)


def _convolve(width: int, maps: int) -> layers.Conv1D:
    return layers.Conv1D(
        maps,
        width,
        activation="relu",
        kernel_initializer=keras.initializers.RandomUniform(-0.01, 0.01),
        name=f"filters_{width}",
    )
