"""The ConvNets of Zhang, Zhao & LeCun (2015), over characters or words.

Source: X. Zhang, J. Zhao, Y. LeCun, "Character-level Convolutional Networks for Text Classification", NIPS 2015,
tables 1 and 2; the authors' code (Crepe) for the threshold, and for biases being initialized like weights.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import WordVectors, as_tensor

CONVOLUTIONS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # filter width, width of the pooling after it
FRAMES = 34  # outputs of the last pooling for a text of 1,014 symbols
THRESHOLD = 1e-6


class ProductConv1D(layers.Conv1D):
    """Keras' Conv1D without padding or stride; the kernel gradient is one matrix product per kernel position.

    The numbers are the same. Without AVX-512, oneDNN's own gradient takes two to three times as long.
    """

    def call(self, x):
        """Return (rows, length - width + 1, maps) for (rows, length, channels)."""
        return _convolved(x, as_tensor(self.kernel)) + self.bias


@ops.custom_gradient
def _convolved(x, kernel):
    width, channels, maps = kernel.shape

    def gradient(*arguments, upstream=None):  # PyTorch alone passes it by name
        received = arguments[0] if upstream is None else upstream
        length = ops.shape(received)[1]
        flat = ops.reshape(received, (-1, maps))
        windows = (ops.reshape(x[:, start : start + length], (-1, channels)) for start in range(width))
        of_kernel = ops.stack([ops.matmul(ops.transpose(window), flat) for window in windows])
        padded = ops.pad(received, ((0, 0), (width - 1, width - 1), (0, 0)))
        return ops.conv(padded, ops.transpose(ops.flip(kernel, 0), (0, 2, 1))), of_kernel

    return ops.conv(x, kernel), gradient


def char_cnn(channels: int, classes: int, **settings: Any) -> keras.Model:
    """Build the network over characters, numbered from 1; each is one-hot over the channels."""
    return text_cnn(lambda texts: ops.one_hot(texts, channels + 1)[..., 1:], classes, **settings)


def word_cnn(vectors: np.ndarray, tuned: bool, classes: int, **settings: Any) -> keras.Model:
    """Build the network over words, numbered from 1, with a table of word vectors, (words + 1, width)."""
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
    """Build the network: texts packed by `data_pipelines.text.batching.end_to_end` in, logits (texts, classes).

    `embed` maps int (rows, length) to (rows, length, channels), and symbol 0 to zeros. `first` makes the first
    convolution. Weights and biases are drawn from a normal distribution with standard deviation `deviation`.
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
    """Return initializers for one layer; layers of equal shape that share one would start with equal weights."""
    kinds = ("kernel_initializer", "bias_initializer")
    return {kind: keras.initializers.RandomNormal(stddev=deviation) for kind in kinds}


def _convolutions(x: Any, is_text: Any, first: Callable[..., layers.Layer], maps: int, deviation: float) -> Any:
    """Apply the six convolutions to rows of texts, as if endless padding followed each text.

    The last position of a row is always padding, so its activation replaces all positions outside of texts.
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
    """Return x where it exceeds the threshold of Crepe's Torch layer, else 0."""
    return ops.threshold(x, THRESHOLD, 0.0)
