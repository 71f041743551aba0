"""The sentence CNN of Kim (2014).

Source: Y. Kim, "Convolutional Neural Networks for Sentence Classification", EMNLP 2014, section 2,
and the published code where the paper is silent.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import SentenceMax, WordVectors


class Channel(NamedTuple):
    """One view of the sentence: a table of word vectors, tuned or frozen."""

    vectors: np.ndarray  # (symbols, width); row 0 is padding
    trainable: bool


def sentence_cnn(
    channels: Sequence[Channel],
    classes: int,
    *,
    filters: Sequence[int] = (3, 4, 5),
    maps: int = 100,
    dropout: float = 0.5,
    max_norm: float = 3.0,
) -> keras.Model:
    """Build the network: sentences end to end in, with gaps of `max(filters) - 1` zeros; logits out.

    Inputs, by name: int `words` (words,), `tokens` (places,), `owner` (windows,) and float `has_room`
    (sentences,). Output: (sentences, classes).
    The filters run over every channel and the results are added before bias and ReLU, which equals one
    convolution of the channels' sum.
    Kim's dropout keeps activations as they are in training and halves the softmax weight at test.
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
