"""Layers of the first convolutional networks that Keras lacks.

Source: LeCun et al. (1989), Neural Computation 1(4); LeCun et al. (1998), Proceedings of the IEEE 86(11), section
II.B; Krizhevsky's cuda-convnet.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops


def scaled_tanh(x):
    """Return 1.7159 tanh(2x/3): about 1 at 1, and -1 at -1 (LeCun et al. 1998, appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


def fan_in_uniform(fan_in: float) -> keras.initializers.Initializer:
    """Draw from U[-2.4/F, 2.4/F], with F the inputs of a unit (LeCun et al. 1989 and 1998)."""
    return keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)


class TableConvolution(layers.Layer):
    """A convolution whose maps read only some of the maps below.

    `table` has a row per map with the numbers of the maps that it reads. The bias is one a map, or one a unit
    of the map when `bias_per_unit`. The edge is filled with `border`, `padding` wide.
    """

    def __init__(
        self,
        table: Sequence[Sequence[int]],
        size: int,
        *,
        strides: int = 1,
        padding: int = 0,
        border: float = 0.0,
        bias_per_unit: bool = False,
        **settings,
    ) -> None:
        super().__init__(**settings)
        self.table = [list(row) for row in table]
        self.size, self.strides, self.padding, self.border = size, strides, padding, border
        self.bias_per_unit = bias_per_unit

    def build(self, shape) -> None:
        fan_in = np.array([len(row) * self.size**2 for row in self.table for _ in row])
        start = 2.4 / fan_in[:, None] * np.ones((1, self.size**2))
        self.kernel = self.add_weight(
            shape=start.shape, initializer=keras.initializers.RandomUniform(-1, 1), name="kernel"
        )
        self.kernel.assign(self.kernel.value * start)
        maps, (height, width) = len(self.table), self.compute_output_shape(shape)[1:3]
        self.bias = self.add_weight(
            shape=(height, width, maps) if self.bias_per_unit else (maps,), initializer="zeros", name="bias"
        )
        self.place = np.full((shape[-1], maps), len(fan_in), "int32")  # where a pair's weights stand; last: none
        pairs = [(below, above) for above, row in enumerate(self.table) for below in row]
        self.place[tuple(np.transpose(pairs))] = np.arange(len(pairs))

    def call(self, x):
        """Return float32 (images, height, width, maps) before squashing."""
        weights = ops.take(ops.pad(self.kernel, ((0, 1), (0, 0))), self.place.ravel(), axis=0)
        kernel = ops.reshape(ops.transpose(weights), (self.size, self.size, *self.place.shape))
        if self.padding:
            edge = (self.padding, self.padding)
            x = ops.pad(x, ((0, 0), edge, edge, (0, 0)), constant_values=self.border)
        return ops.conv(x, kernel, strides=self.strides, padding="valid") + self.bias

    def compute_output_shape(self, shape):
        sides = [(side + 2 * self.padding - self.size) // self.strides + 1 for side in shape[1:3]]
        return (shape[0], *sides, len(self.table))


class Subsampling(layers.Layer):
    """The sum of each 2x2 window, times a trained coefficient and plus a trained bias, both one a map.

    With `copies` every map below gives that many.
    """

    def __init__(self, copies: int = 1, **settings) -> None:
        super().__init__(**settings)
        self.copies = copies

    def build(self, shape) -> None:
        maps = shape[-1] * self.copies
        self.coefficient = self.add_weight(shape=(maps,), initializer=fan_in_uniform(4), name="coefficient")
        self.bias = self.add_weight(shape=(maps,), initializer="zeros", name="bias")

    def call(self, x):
        """Return float32 (images, height / 2, width / 2, maps) before squashing."""
        sums = 4 * ops.average_pool(x, 2, strides=2)
        if self.copies > 1:
            sums = ops.repeat(sums, self.copies, axis=-1)
        return self.coefficient * sums + self.bias

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] // 2, shape[2] // 2, shape[3] * self.copies)


class RadialOutput(layers.Layer):
    """Minus the squared distance of the features to each class's fixed code: the largest is the nearest.

    `codes` is (classes, features); it has no weights.
    """

    def __init__(self, codes: np.ndarray, **settings) -> None:
        super().__init__(**settings)
        self.codes = codes.astype("float32")

    def call(self, x):
        """Return float32 (images, classes)."""
        lengths = ops.sum(ops.square(x), axis=1, keepdims=True)
        return 2 * ops.matmul(x, self.codes.T) - lengths - (self.codes**2).sum(axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], len(self.codes))


class ResponseNormalization(layers.Layer):
    """Divides by (1 + scale * mean of the squares in the size x size window of the same map) ** power.

    Source: cuda-convnet, layer type `rnorm`; windows reach over the edge, where there are zeros.
    """

    def __init__(self, size: int, scale: float, power: float, **settings) -> None:
        super().__init__(**settings)
        self.size, self.scale, self.power = size, scale, power

    def call(self, x):
        """Return the input's shape."""
        edge = (self.size // 2, (self.size - 1) // 2)
        squares = ops.pad(ops.square(x), ((0, 0), edge, edge, (0, 0)))
        means = ops.average_pool(squares, self.size, strides=1, padding="valid")
        return x * ops.power(1 + self.scale * means, -self.power)

    def compute_output_shape(self, shape):
        return shape
