"""The character CNN of Zhang, Zhao & LeCun (2015).

Source: X. Zhang, J. Zhao, Y. LeCun, "Character-level Convolutional Networks for Text Classification", NIPS 2015,
tables 1 and 2; the authors' code (Crepe) for the threshold and for the biases, drawn as the weights.
"""

from functools import partial

import keras
from keras import layers, ops

CONVOLUTIONS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # width of the filters, of the pools after them
THRESHOLD = 1e-6


class OneHotConvolution(layers.Layer):
    """Convolves over characters as columns of one 1, without making them: a row of weights for each place.

    Characters are counted from 1; 0 is a column of zeros.
    """

    def __init__(self, channels: int, maps: int, width: int, initializer, **settings) -> None:
        super().__init__(**settings)
        self.shape, self.initializer = (width, channels, maps), initializer

    def build(self, input_shape) -> None:
        self.kernel = self.add_weight(shape=self.shape, initializer=self.initializer, name="kernel")
        self.bias = self.add_weight(shape=self.shape[-1:], initializer=self.initializer, name="bias")

    def call(self, characters):
        """Return float32 (texts, length - width + 1, maps) for int (texts, length)."""
        width, _, _ = self.shape
        tables = ops.pad(self.kernel, ((0, 0), (1, 0), (0, 0)))  # row 0 of each is zero
        windows = characters.shape[1] - width + 1
        rows = [ops.take(tables[place], characters[:, place : place + windows], axis=0) for place in range(width)]
        return sum(rows) + self.bias

    def compute_output_shape(self, input_shape):
        width, _, maps = self.shape
        return (input_shape[0], input_shape[1] - width + 1, maps)


def char_cnn(
    channels: int,
    classes: int,
    *,
    maps: int = 256,
    units: int = 1024,
    deviation: float = 0.05,
    length: int = 1014,
    dropout: float = 0.5,
) -> keras.Model:
    """Build the network: int (texts, length) in, characters from 1 on, 0 for none; logits (texts, classes) out.

    Weights and biases are normal with the given deviation.
    """
    drawn = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=deviation),
        "bias_initializer": keras.initializers.RandomNormal(stddev=deviation),
    }
    cut = partial(ops.threshold, threshold=THRESHOLD, default_value=0.0)
    x = characters = keras.Input((length,), dtype="int32", name="characters")
    for number, (width, pool) in enumerate(CONVOLUTIONS, start=1):
        if number == 1:
            start = keras.initializers.RandomNormal(stddev=deviation)
            x = OneHotConvolution(channels, maps, width, start, name="convolution_1")(x)
        else:
            x = layers.Conv1D(maps, width, **drawn, name=f"convolution_{number}")(x)
        x = layers.Activation(cut)(x)
        x = layers.MaxPooling1D(pool)(x) if pool > 1 else x
    x = layers.Flatten()(x)
    for number in (7, 8):
        x = layers.Activation(cut)(layers.Dense(units, **drawn, name=f"full_{number}")(x))
        x = layers.Dropout(dropout)(x)
    return keras.Model(characters, layers.Dense(classes, **drawn, name="full_9")(x), name="char_cnn")
