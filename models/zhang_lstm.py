"""The LSTM of Zhang, Zhao & LeCun (2015), which classifies the mean of its outputs.

Source: "Character-level Convolutional Networks for Text Classification", NIPS 2015, section 3.3.
"""

import keras
import numpy as np
from keras import layers

from models.text_layers import MeanOfText, WordVectors


def mean_lstm(vectors: np.ndarray, classes: int, *, units: int) -> keras.Model:
    """Build the network over frozen vectors, (words + 1, width): int (texts, words) in, 0-padded; logits out."""
    words = keras.Input((None,), dtype="int32", name="words")
    outputs = layers.LSTM(units, return_sequences=True)(
        WordVectors(vectors, trainable=False, name="vectors")(words)
    )
    return keras.Model(words, layers.Dense(classes, name="classes")(MeanOfText()(outputs, words)))
