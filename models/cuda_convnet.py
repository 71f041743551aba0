"""The small network of cuda-convnet for CIFAR-10, and a fully connected network for comparison.

Source: A. Krizhevsky's configuration files layers-18pct and layer-params-18pct.
"""

import keras
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


def cuda_convnet(*, decay: float, last_decay: float) -> keras.Model:
    """Build the network: float (images, 32, 32, 3) minus the mean image in, logits (images, 10) out.

    89,578 parameters. `decay` (filters) and `last_decay` (softmax) weight half the squared norm of the weights.
    Pooling windows of 3 with stride 2 extend past the lower and right edge.
    """
    image = keras.Input((SIDE, SIDE, 3))
    first = layers.MaxPooling2D(3, 2, padding="same")(_filters(32, 1e-4, decay, "conv1")(image))
    first = ResponseNormalization(3, scale=5e-5, power=0.75)(layers.ReLU()(first))
    second = layers.ReLU()(_filters(32, 0.01, decay, "conv2")(first))
    second = layers.AveragePooling2D(3, 2, padding="same")(second)
    second = ResponseNormalization(3, scale=5e-5, power=0.75)(second)
    third = layers.ReLU()(_filters(64, 0.01, decay, "conv3")(second))
    third = layers.Flatten()(layers.AveragePooling2D(3, 2, padding="same")(third))
    penalty = keras.regularizers.L2(last_decay / 2)
    start = _normal(0.01)
    logits = layers.Dense(CLASSES, kernel_initializer=start, kernel_regularizer=penalty, name="fc10")(third)
    return keras.Model(image, logits, name="cuda_convnet")


def fully_connected(*, hidden: int, decay: float) -> keras.Model:
    """Build a network with one hidden layer: float (images, 32, 32, 3) in, logits (images, 10) out."""
    image = keras.Input((SIDE, SIDE, 3))
    penalty = keras.regularizers.L2(decay / 2)
    features = layers.Dense(hidden, "relu", kernel_regularizer=penalty)(layers.Flatten()(image))
    logits = layers.Dense(CLASSES, kernel_regularizer=penalty)(features)
    return keras.Model(image, logits, name="fully_connected")


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
