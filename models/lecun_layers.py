"""Layers of LeCun's convolutional networks that Keras lacks.

Source: LeCun et al. (1989), Neural Computation 1(4); LeCun et al. (1998), Proceedings of the IEEE 86(11), section
II.B.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops


def scaled_tanh(x):
    """Return 1.7159 tanh(2x/3), which is about 1 at 1 and -1 at -1 (LeCun et al. 1998, appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


def fan_in_uniform(fan_in: float) -> keras.initializers.Initializer:
    """Return U[-2.4/F, 2.4/F], where F is the number of inputs of a unit (LeCun et al. 1989 and 1998)."""
    return keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)


class TableConvolution(layers.Layer):
    """A convolution in which each output map reads only some of the input maps.

    Row i of `table` lists the input maps that output map i reads. There is one bias per map, or one per unit with
    `bias_per_unit`. The input is padded by `padding` pixels of value `border`.
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
        # the row of the kernel for each (input, output) pair; unconnected pairs get a row of zeros after the last
        self.kernel_rows = np.full((shape[-1], maps), len(fan_in), "int32")
        pairs = [(below, above) for above, row in enumerate(self.table) for below in row]
        self.kernel_rows[tuple(np.transpose(pairs))] = np.arange(len(pairs))

    def call(self, x):
        """Return float32 (images, height, width, maps), before the activation."""
        weights = ops.take(ops.pad(self.kernel, ((0, 1), (0, 0))), self.kernel_rows.ravel(), axis=0)
        kernel = ops.reshape(ops.transpose(weights), (self.size, self.size, *self.kernel_rows.shape))
        if self.padding:
            edge = (self.padding, self.padding)
            x = ops.pad(x, ((0, 0), edge, edge, (0, 0)), constant_values=self.border)
        return ops.conv(x, kernel, strides=self.strides, padding="valid") + self.bias

    def compute_output_shape(self, shape):
        sides = [(side + 2 * self.padding - self.size) // self.strides + 1 for side in shape[1:3]]
        return (shape[0], *sides, len(self.table))


class Subsampling(layers.Layer):
    """The sum of each 2x2 window, times a trained coefficient, plus a trained bias; one of each per map.

    Each input map yields `copies` output maps.
    """

    def __init__(self, copies: int = 1, **settings) -> None:
        super().__init__(**settings)
        self.copies = copies

    def build(self, shape) -> None:
        maps = shape[-1] * self.copies
        self.coefficient = self.add_weight(shape=(maps,), initializer=fan_in_uniform(4), name="coefficient")
        self.bias = self.add_weight(shape=(maps,), initializer="zeros", name="bias")

    def call(self, x):
        """Return float32 (images, height / 2, width / 2, maps), before the activation."""
        sums = 4 * ops.average_pool(x, 2, strides=2)
        if self.copies > 1:
            sums = ops.repeat(sums, self.copies, axis=-1)
        return self.coefficient * sums + self.bias

    def compute_output_shape(self, shape):
        return (shape[0], shape[1] // 2, shape[2] // 2, shape[3] * self.copies)


class RadialOutput(layers.Layer):
    """Minus the squared distance between the features and each class's fixed code; it has no weights.

    `codes` is (classes, features).
    """

    def __init__(self, codes: np.ndarray, **settings) -> None:
        super().__init__(**settings)
        self.codes = codes.astype("float32")

    def call(self, x):
        """Return float32 (images, classes), largest for the nearest code."""
        lengths = ops.sum(ops.square(x), axis=1, keepdims=True)
        return 2 * ops.matmul(x, self.codes.T) - lengths - (self.codes**2).sum(axis=1)

    def compute_output_shape(self, shape):
        return (shape[0], len(self.codes))
