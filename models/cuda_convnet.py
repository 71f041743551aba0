"""The small networks of cuda-convnet for CIFAR-10, and a fully connected network for comparison.

Source: A. Krizhevsky's configuration files, layers-* and layer-params-*.
"""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
from keras import layers, ops

CLASSES, SIDE = 10, 32


class ResponseNormalization(layers.Layer):
    """x / (1 + scale * mean of squares) ** power, the mean over a size x size window of the same map.

    Source: cuda-convnet, layer type `rnorm`. Windows extend past the edge, where values are zero.
    """

    def __init__(self, size: int, scale: float, power: float, **settings) -> None:
        super().__init__(**settings)
        self.size, self.scale, self.power = size, scale, power

    def call(self, x):
        """Return normalized maps, in the shape of the input (images, height, width, maps)."""
        edge = (self.size // 2, (self.size - 1) // 2)
        squares = ops.pad(ops.square(x), ((0, 0), edge, edge, (0, 0)))
        means = ops.average_pool(squares, self.size, strides=1, padding="valid")
        return x * ops.power(1 + self.scale * means, -self.power)

    def compute_output_shape(self, shape):
        return shape


class AcrossMaps(layers.Layer):
    """x / (1 + scale * mean of squares) ** power, the mean over `size` maps around it, an odd number.

    Source: cuda-convnet, layer type `cmrnorm`. Beyond the first and the last map, values are zero.
    """

    def __init__(self, size: int, scale: float, power: float, **settings) -> None:
        super().__init__(**settings)
        self.size, self.scale, self.power = size, scale, power

    def call(self, x):
        """Return normalized maps, in the shape of the input (images, height, width, maps)."""
        maps = np.arange(x.shape[-1])
        near = np.abs(maps[:, None] - maps) <= self.size // 2
        means = ops.matmul(ops.square(x), near.astype("float32") / self.size)
        return x * ops.power(1 + self.scale * means, -self.power)

    def compute_output_shape(self, shape):
        return shape


class LocallyConnected(layers.Layer):
    """3x3 filters with zero padding and ReLU, whose weights and biases differ from place to place.

    Source: cuda-convnet, layer type `local`. (images, height, width, channels) -> (images, height, width, maps).
    """

    def __init__(self, maps: int, deviation: float, decay: float, **settings) -> None:
        super().__init__(**settings)
        self.maps, self.deviation, self.decay = maps, deviation, decay

    def build(self, shape) -> None:
        _, height, width, channels = shape
        self.kernel = self.add_weight(
            shape=(height, width, 9 * channels, self.maps),
            initializer=_normal(self.deviation),
            regularizer=keras.regularizers.L2(self.decay / 2),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(height, width, self.maps), initializer="zeros", name="bias")

    def call(self, x):
        _, height, width, _ = x.shape
        padded = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        shifted = [
            padded[:, row : row + height, column : column + width] for row in range(3) for column in range(3)
        ]
        return ops.relu(ops.einsum("ihwc,hwcm->ihwm", ops.concatenate(shifted, axis=-1), self.kernel) + self.bias)

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.maps)


def cuda_convnet(*, decay: float, last_decay: float) -> keras.Model:
    """Build layers-18pct: float (images, 32, 32, 3) minus the mean image in, logits (images, 10) out.

    89,578 parameters. `decay` (filters) and `last_decay` (softmax) weight half the squared norm of the weights.
    Pooling windows of 3 with stride 2 extend past the lower and right edge.
    """
    image = keras.Input((SIDE, SIDE, 3))
    features = _three_convolutions(image, decay, lambda: ResponseNormalization(3, scale=5e-5, power=0.75))
    return keras.Model(image, _dense(CLASSES, 0.01, last_decay, "fc10")(features), name="cuda_convnet")


def without_normalization(
    *, decay: float, last_decay: float, hidden: int = 0, deviation: float = 0.01, side: int = SIDE
) -> keras.Model:
    """Build layers-19pct, or with `hidden` ReLU units before the softmax layers-80sec, as `cuda_convnet` does.

    `deviation` is that of the initial weights after the filters; images are `side` x `side`.
    """
    image = keras.Input((side, side, 3))
    features = _three_convolutions(image, decay, layers.Identity)
    if hidden:
        features = layers.ReLU()(_dense(hidden, deviation, last_decay, f"fc{hidden}")(features))
    logits = _dense(CLASSES, deviation, last_decay, "fc10")(features)
    return keras.Model(image, logits, name="without_normalization")


def locally_connected(
    *, maps: int, local: tuple[int, int], decay: float, normalize: bool, side: int
) -> keras.Model:
    """Build layers-conv-local-13pct, or with `normalize` layers-conv-local-11pct.

    Float (images, side, side, 3) minus the mean image in, logits (images, 10) out. Two layers of `maps` filters
    have no weight decay; two locally connected layers, of `local` maps, and the softmax have `decay`.
    """
    image = keras.Input((side, side, 3))
    pool = partial(layers.MaxPooling2D, 3, 2, padding="same")
    first = pool()(layers.ReLU()(_filters(maps, 1e-4, 0.0, "conv1")(image)))
    second = layers.ReLU()(_filters(maps, 0.01, 0.0, "conv2")(_across(first) if normalize else first))
    third = pool()(_across(second) if normalize else second)
    for number, count in enumerate(local, start=3):
        third = LocallyConnected(count, 0.04, decay, name=f"local{number}")(third)
    logits = _dense(CLASSES, 0.01, decay, "fc10")(layers.Flatten()(third))
    return keras.Model(image, logits, name="locally_connected")


def fully_connected(*, hidden: int, decay: float) -> keras.Model:
    """Build a network with one hidden layer: float (images, 32, 32, 3) in, logits (images, 10) out."""
    image = keras.Input((SIDE, SIDE, 3))
    penalty = keras.regularizers.L2(decay / 2)
    features = layers.Dense(hidden, "relu", kernel_regularizer=penalty)(layers.Flatten()(image))
    logits = layers.Dense(CLASSES, kernel_regularizer=penalty)(features)
    return keras.Model(image, logits, name="fully_connected")


def _three_convolutions(image, decay: float, normalization: Callable[[], layers.Layer]):
    """Return the features of three layers of 5x5 filters with pooling, flat."""
    first = layers.MaxPooling2D(3, 2, padding="same")(_filters(32, 1e-4, decay, "conv1")(image))
    first = normalization()(layers.ReLU()(first))
    second = layers.ReLU()(_filters(32, 0.01, decay, "conv2")(first))
    second = normalization()(layers.AveragePooling2D(3, 2, padding="same")(second))
    third = layers.ReLU()(_filters(64, 0.01, decay, "conv3")(second))
    return layers.Flatten()(layers.AveragePooling2D(3, 2, padding="same")(third))


def _across(x):
    return AcrossMaps(9, scale=0.001, power=0.75)(x)


def _dense(units: int, deviation: float, decay: float, name: str) -> layers.Layer:
    penalty = keras.regularizers.L2(decay / 2)
    return layers.Dense(units, kernel_initializer=_normal(deviation), kernel_regularizer=penalty, name=name)


def _filters(maps: int, deviation: float, decay: float, name: str) -> layers.Layer:
    return layers.Conv2D(
        maps,
        5,
        padding="same",
        kernel_initializer=_normal(deviation),
        kernel_regularizer=keras.regularizers.L2(decay / 2),
        name=name,
    )


def _normal(deviation: float) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=deviation)
