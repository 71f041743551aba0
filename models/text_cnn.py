"""The ConvNets of Zhang, Zhao & LeCun (2015), over characters or words.

Source: X. Zhang, J. Zhao, Y. LeCun, "Character-level Convolutional Networks for Text Classification", NIPS 2015,
tables 1 and 2; the authors' code (Crepe) for the threshold and for the biases, drawn as the weights.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.layers import WordVectors

CONVOLUTIONS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # width of the filters, of the pools after them
STRIDE = 27  # symbols from one frame of the last pool to the next
SEEN = 123  # symbols that such a frame sees
THRESHOLD = 1e-6


def char_cnn(channels: int, classes: int, **settings: Any) -> keras.Model:
    """Build the network over characters from 1 on; a character is a column with a single 1 for its channel."""
    return text_cnn(lambda texts: ops.one_hot(texts, channels + 1)[..., 1:], classes, **settings)


def word_cnn(vectors: np.ndarray, tuned: bool, classes: int, **settings: Any) -> keras.Model:
    """Build the network over words from 1 on, by their rows in a table of vectors, (words + 1, width)."""
    return text_cnn(WordVectors(vectors, trainable=tuned, name="vectors"), classes, **settings)


def text_cnn(
    embed: Callable[[Any], Any],
    classes: int,
    *,
    maps: int = 256,
    units: int = 1024,
    deviation: float = 0.05,
    length: int = 1014,
    dropout: float = 0.5,
    groups: int = 2,
) -> keras.Model:
    """Build the network: texts in, as `data_pipelines.packing.by_length` groups them; logits (texts, classes) out.

    `embed` makes (texts, symbols, channels) of int (texts, symbols), zeros of symbol 0. Weights and biases are
    normal with the given deviation.
    """
    steps = [embed, *_convolutions(maps, deviation), Frames((length - SEEN) // STRIDE + 1)]
    texts = {
        f"texts_{group}": keras.Input((None,), dtype="int32", name=f"texts_{group}") for group in range(groups)
    }
    order = keras.Input((), dtype="int32", name="order")
    parts = [reduce(_applied, steps, part) for part in texts.values()]
    x = layers.Flatten()(ops.take(ops.concatenate(parts, axis=0), order, axis=0))
    for number in (7, 8):
        x = layers.Activation(_cut)(layers.Dense(units, **_normal(deviation), name=f"full_{number}")(x))
        x = layers.Dropout(dropout)(x)
    return keras.Model({**texts, "order": order}, layers.Dense(classes, **_normal(deviation), name="full_9")(x))


def _normal(deviation: float) -> dict[str, Any]:
    """Return initializers for one layer: Keras' begin every layer alike that shares one and has an equal shape."""
    kinds = ("kernel_initializer", "bias_initializer")
    return {kind: keras.initializers.RandomNormal(stddev=deviation) for kind in kinds}


def _convolutions(maps: int, deviation: float) -> Iterator[layers.Layer]:
    for number, (width, pool) in enumerate(CONVOLUTIONS, start=1):
        yield layers.Conv1D(maps, width, **_normal(deviation), name=f"convolution_{number}")
        yield layers.Activation(_cut)
        if pool > 1:
            yield layers.MaxPooling1D(pool)


def _cut(x):
    """Return x where it is above the threshold of Torch's layer, 0 elsewhere."""
    return ops.threshold(x, THRESHOLD, 0.0)


def _applied(x, step: Callable[[Any], Any]):
    return step(x)


class Frames(layers.Layer):
    """Makes a text as long as it was before its padding was cut: its last frame, of padding alone, is repeated."""

    def __init__(self, frames: int, **settings) -> None:
        super().__init__(**settings)
        self.frames = frames

    def call(self, x):
        """Return float32 (texts, frames, maps) for as many frames or fewer."""
        missing = self.frames - ops.shape(x)[1]
        return ops.concatenate([x, ops.repeat(x[:, -1:], missing, axis=1)], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.frames, input_shape[2])
