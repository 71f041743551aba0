"""The attentive CNN of Neumann & Vu (2017), over the feature frames of an utterance.

Source: M. Neumann and N. T. Vu, "Attentive Convolutional Neural Network based Speech Emotion Recognition",
Interspeech 2017. Only its abstract could be read; the paper file lists what is assumed.
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

    Input: (utterances, frames, features + 1), the frames a multiple of `stride * pool`; the last column is 1 for
    a frame and 0 for padding. `mean` and `deviation` (features,) standardise the features.
    Output: (utterances, classes), followed by the classes of `other_views`, numbers of classes.
    The filters span all features. Their maxima over `pool` windows are weighted by attention and added, or their
    largest is taken. A stride of frames that are all padding counts in neither.
    """
    x = keras.Input((None, len(mean) + 1), name="frames")
    present = x[:, :, -1:]
    signal = layers.Rescaling(1 / deviation, -mean / deviation, name="standardise")(x[:, :, :-1]) * present
    is_window = layers.MaxPooling1D(stride)(present)
    maps = [
        layers.Conv1D(kernels, width, stride, padding="same", activation="relu", name=f"filters_{width}")(signal)
        for width in widths
    ]
    pooled = layers.MaxPooling1D(pool, name="pooled")(layers.Concatenate()(maps) * is_window)  # maxima are >= 0
    if attention:
        scores = layers.Dense(1, use_bias=False, name="score")(pooled)
        is_pooled = ops.cast(layers.MaxPooling1D(pool)(is_window), "bool")
        weights = layers.Softmax(axis=1, name="attention")(scores, mask=is_pooled)
        utterance = ops.sum(weights * pooled, axis=1)
    else:
        utterance = layers.GlobalMaxPooling1D(name="largest")(pooled)
    utterance = layers.Dropout(dropout, name="dropout")(utterance)
    logits = layers.Dense(classes + sum(other_views), name="softmax")(utterance)
    return keras.Model(x, logits, name="attentive_cnn")
