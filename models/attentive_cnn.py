"""The attentive CNN of Neumann & Vu (2017): speech frames in, emotion classes out.

Source: M. Neumann and N. T. Vu, "Attentive Convolutional Neural Network based Speech Emotion Recognition",
Interspeech 2017. Only the abstract was available; `benchmarks/papers/neumann_vu2017.py` lists the assumptions.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops


def attentive_cnn(
    mean: np.ndarray,
    deviation: np.ndarray,
    classes: int,
    *,
    kernels: int = 100,
    widths: Sequence[int] = (10, 20),
    stride: int = 3,
    pool: int = 30,
    attention: bool = True,
    dropout: float = 0.5,
    other_views: Sequence[int] = (),
) -> keras.Model:
    """Build the network: feature frames in, logits out.

    Input: (utterances, frames, features + 1), with a multiple of `stride * pool` frames. The last column is 1 for
    a frame and 0 for padding. `mean` and `deviation`, (features,), standardise the features.
    Output: (utterances, classes), then the logits of each number of classes in `other_views`.
    The filters span all features and are max-pooled over `pool` windows. Attention sums the pooled maxima by
    weight; without it the global maximum is taken. Both ignore strides that hold only padding.
    """
    x = keras.Input((None, len(mean) + 1), name="frames")
    present = x[:, :, -1:]
    signal = layers.Rescaling(1 / deviation, -mean / deviation, name="standardise")(x[:, :, :-1]) * present
    is_window = layers.MaxPooling1D(stride)(present)
    maps = [
        layers.Conv1D(kernels, width, stride, padding="same", activation="relu", name=f"filters_{width}")(signal)
        for width in widths
    ]
    masked = layers.Concatenate()(maps) * is_window  # zero is neutral: outputs of ReLU are >= 0
    pooled = layers.MaxPooling1D(pool, name="pooled")(masked)
    if attention:
        utterance = _weighted_sum(pooled, layers.MaxPooling1D(pool)(is_window))
    else:
        utterance = layers.GlobalMaxPooling1D(name="largest")(pooled)
    utterance = layers.Dropout(dropout, name="dropout")(utterance)
    logits = layers.Dense(classes + sum(other_views), name="softmax")(utterance)
    return keras.Model(x, logits, name="attentive_cnn")


def _weighted_sum(pooled, is_pooled):
    """Return the sum over pooled windows weighted by attention; `is_pooled` is 0 for windows of padding."""
    scores = layers.Dense(1, use_bias=False, name="score")(pooled)
    weights = layers.Softmax(axis=1, name="attention")(scores, mask=ops.cast(is_pooled, "bool"))
    return ops.sum(weights * pooled, axis=1)
