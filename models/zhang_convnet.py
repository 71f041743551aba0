"""The ConvNets of Zhang, Zhao & LeCun (2015), over characters or words.

Source: X. Zhang, J. Zhao, Y. LeCun, "Character-level Convolutional Networks for Text Classification", NIPS 2015,
tables 1 and 2; the authors' code (Crepe) for the threshold and for the biases, drawn as the weights.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import ProductConv1D, WordVectors

CONVOLUTIONS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # width of the filters, of the pools after them
FRAMES = 34  # of the last pool, over a text of 1,014 symbols
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
    dropout: float = 0.5,
    first: Callable[..., layers.Layer] = ProductConv1D,
) -> keras.Model:
    """Build the network: texts in, as `text.batching.end_to_end` lays them; logits (texts, classes) out.

    `embed` makes (rows, places, channels) of int (rows, places), zeros of symbol 0; `first` makes the convolution
    over these. Weights and biases are normal with the given deviation.
    """
    inputs = {
        "symbols": keras.Input((None,), dtype="int32", name="symbols"),
        "is_text": keras.Input((None,), dtype="bool", name="is_text"),
        "frames": keras.Input((FRAMES,), dtype="int32", name="frames"),
    }
    x = _convolutions(embed(inputs["symbols"]), inputs["is_text"], first, maps, deviation)
    x = ops.take(ops.reshape(x, (-1, maps)), inputs["frames"], axis=0)
    x = layers.Flatten()(x)
    for number in (7, 8):
        x = layers.Activation(_threshold)(layers.Dense(units, **_normal(deviation), name=f"full_{number}")(x))
        x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(classes, **_normal(deviation), name="full_9")(x))


def _normal(deviation: float) -> dict[str, Any]:
    """Return initializers for one layer: Keras' begin every layer alike that shares one and has an equal shape."""
    kinds = ("kernel_initializer", "bias_initializer")
    return {kind: keras.initializers.RandomNormal(stddev=deviation) for kind in kinds}


def _convolutions(x: Any, is_text: Any, first: Callable[..., layers.Layer], maps: int, deviation: float) -> Any:
    """Apply the six convolutions to rows of texts, each text as if padding without an end came behind it.

    What a layer makes of padding is at the end of every row, and is put wherever no text is.
    """
    is_text = ops.cast(is_text[..., None], "float32")
    for number, (width, pool) in enumerate(CONVOLUTIONS, start=1):
        kind = first if number == 1 else ProductConv1D
        convolution = kind(maps, width, **_normal(deviation), name=f"convolution_{number}")
        padding = x[:, -1:]
        x = ops.where(is_text > 0, x, padding) if number > 1 else x
        x = _threshold(convolution(ops.concatenate([x, *[padding] * (width - 1)], axis=1)))
        if pool > 1:
            x, is_text = (layers.MaxPooling1D(pool)(part) for part in (x, is_text))
    return x


def _threshold(x):
    """Return x where it is above the threshold of Torch's layer, 0 elsewhere."""
    return ops.threshold(x, THRESHOLD, 0.0)
