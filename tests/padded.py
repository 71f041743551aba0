"""Kim's network the plain way: sentences padded to the longest, stock layers, a dense gradient.

What the fast version must equal, and what it is measured against.
"""

import keras
import numpy as np
from keras import layers, ops


class Table(layers.Layer):
    """Word vectors with a zero row for padding; multiplying the table makes its gradient dense."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.vectors = self.add_weight(shape=shape, initializer="zeros", name="vectors")
        self.is_word = (np.arange(shape[0])[:, None] != 0).astype("float32")

    def call(self, symbols):
        return ops.take(self.vectors * self.is_word, symbols, axis=0)


def padded_cnn(shape, classes, *, length, filters, maps, dropout, max_norm=3.0) -> keras.Model:
    """Build the network over int (sentences, length); its weights have the order of the fast version's."""
    symbols = keras.Input((length,), dtype="int32")
    sentence = Table(shape)(symbols)
    pooled = [layers.GlobalMaxPooling1D()(layers.Conv1D(maps, w, activation="relu")(sentence)) for w in filters]
    features = layers.Rescaling(1 - dropout)(layers.Dropout(dropout, name="dropout")(layers.Concatenate()(pooled)))
    limit = keras.constraints.MaxNorm(max_norm, axis=0)
    return keras.Model(symbols, layers.Dense(classes, kernel_constraint=limit)(features))
