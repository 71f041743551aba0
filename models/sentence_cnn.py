"""The sentence CNN of Kim (2014).

Source: Y. Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014, section 2,
and the published code where the paper is silent.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import WordVectors


class Channel(NamedTuple):
    """One input channel: a table of word vectors, tuned or frozen."""

    vectors: np.ndarray  # (symbols, width); row 0 is padding
    trainable: bool


class SentenceMax(layers.Layer):
    """Convolution and max-over-time pooling of sentences packed end to end, separated by `gap` zeros.

    A window of zeros yields the bias. A filter no wider than the gap meets such a window after every sentence.
    For wider filters, those windows are left out of the sequence, and `has_room` marks the sentences that have
    one in the padded layout.
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
        """Return float32 (sentences, maps), after ReLU, for a sequence (1, positions, width).

        `owner`, int (windows,), is the sentence that each window belongs to.
        """
        windows = self.convolve(sequence)[0, : ops.shape(owner)[0]]
        sentences = ops.shape(has_room)[0]
        largest = ops.segment_max(windows, owner, num_segments=sentences + 1)[:sentences]
        if self.is_wider_than_gap:
            with_zeros = ops.maximum(largest, self.convolve.bias)
            largest = ops.where(ops.expand_dims(has_room, 1) > 0, with_zeros, largest)
        return ops.relu(largest)

    def compute_output_shape(self, sequence_shape, owner_shape, has_room_shape):
        return (has_room_shape[0], self.convolve.filters)


def sentence_cnn(
    channels: Sequence[Channel],
    classes: int,
    *,
    filters: Sequence[int] = (3, 4, 5),
    maps: int = 100,
    dropout: float = 0.5,
    max_norm: float = 3.0,
) -> keras.Model:
    """Build the network: sentences packed end to end in, with gaps of `max(filters) - 1` zeros; logits out.

    Inputs, by name: int `words` (words,), `tokens` (positions,), `owner` (windows,) and float `has_room`
    (sentences,), as `data_pipelines.text.batching.pack` returns them. Output: (sentences, classes).
    The filters run over the sum of the channels, which equals adding their responses before bias and ReLU.
    Kim's dropout does not rescale in training and halves the softmax weights at test.
    """
    inputs = {name: keras.Input((), dtype="int32", name=name) for name in ("words", "tokens", "owner")}
    inputs["has_room"] = keras.Input((), dtype="float32", name="has_room")
    views = [
        WordVectors(channel.vectors, trainable=channel.trainable, name=f"channel_{number}")(inputs["words"])
        for number, channel in enumerate(channels)
    ]
    vectors = layers.Add()(views) if len(views) > 1 else views[0]
    sequence = ops.expand_dims(ops.take(vectors, inputs["tokens"], axis=0), 0)
    pooled = [
        SentenceMax(maps, width, max(filters) - 1, name=f"filters_{width}")(
            sequence, inputs["owner"], inputs["has_room"]
        )
        for width in filters
    ]
    features = layers.Concatenate(axis=-1)(pooled) if len(pooled) > 1 else pooled[0]
    features = layers.Rescaling(1 - dropout)(layers.Dropout(dropout, name="dropout")(features))
    logits = layers.Dense(
        classes,
        kernel_initializer="zeros",
        kernel_constraint=keras.constraints.MaxNorm(max_norm, axis=0),
        name="softmax",
    )(features)
    return keras.Model(inputs, logits, name="sentence_cnn")
