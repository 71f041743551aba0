"""The network of Krizhevsky, Sutskever & Hinton (2012) for ImageNet, with its two groups of maps.

Source: NIPS 2012, sections 3 to 5 and figure 2.
"""

from collections.abc import Callable
from functools import partial

import keras
from keras import layers

from models.cuda_convnet import AcrossMaps

STRIDE, FIRST_SIZE = 4, 11  # of the first filters


def alexnet(
    side: int, classes: int, *, maps: int, units: int, decay: float, deviation: float, dropout: float
) -> keras.Model:
    """Build the network: float (images, side, side, 3) minus the mean image in, logits (images, classes) out.

    60,965,224 parameters for 224, 1000, `maps` 96 and `units` 4096. The five convolutions have 1, 8/3, 4, 4 and
    8/3 times `maps`, of which the second, fourth and fifth read only their own half; two fully connected layers
    have `units`. Weights are drawn from N(0, deviation), and `decay` weights half their squared norm. Biases are 1
    in the second, fourth and fifth convolution and in the fully connected hidden layers, else 0.
    """
    second, third = 2 * round(maps * 4 / 3), 4 * maps
    weights = partial(_weights, decay=decay, deviation=deviation)
    convolution = partial(layers.Conv2D, padding="same", activation="relu")
    image = keras.Input((side, side, 3))
    first = layers.Conv2D(maps, FIRST_SIZE, STRIDE, activation="relu", name="conv1", **weights(0))(_padded(image))
    x = _pooled(_normalized(first))
    x = convolution(second, 5, groups=2, name="conv2", **weights(1))(x)
    x = _pooled(_normalized(x))
    x = convolution(third, 3, name="conv3", **weights(0))(x)
    x = convolution(third, 3, groups=2, name="conv4", **weights(1))(x)
    x = convolution(second, 3, groups=2, name="conv5", **weights(1))(x)
    x = layers.Flatten()(_pooled(x))
    x = _dropped(layers.Dense(units, "relu", name="full6", **weights(1))(x), dropout)
    x = _dropped(layers.Dense(units, "relu", name="full7", **weights(1))(x), dropout)
    return keras.Model(image, layers.Dense(classes, name="full8", **weights(0))(x), name="alexnet")


def _weights(bias: float, *, decay: float, deviation: float) -> dict[str, object]:
    """Return how the weights of a layer begin and decay."""
    return {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=deviation),
        "bias_initializer": keras.initializers.Constant(bias),
        "kernel_regularizer": keras.regularizers.L2(decay / 2),
    }


def _padded(image):
    """Let the last filters of a row extend past the lower and right edge, as cuda-convnet does: 55 of 224."""
    missing = -(image.shape[1] - FIRST_SIZE) % STRIDE
    return layers.ZeroPadding2D(((0, missing), (0, missing)))(image)


def response_normalization(near: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75) -> Callable:
    """Return x / (k + alpha * sum of squares) ** beta, the sum over `near` maps around it, as two layers.

    `AcrossMaps` has 1 and the mean: (k + alpha * sum) = k * (1 + alpha * near / k * mean).
    """
    across = AcrossMaps(near, scale=alpha * near / k, power=beta)
    return lambda x: layers.Rescaling(k**-beta)(across(x))


def _normalized(x):
    return response_normalization()(x)


def _pooled(x):
    """Take the maximum over windows of 3 at distances of 2, which overlap."""
    return layers.MaxPooling2D(3, 2)(x)


def _dropped(x, rate: float):
    """Drop units in training; otherwise scale all, as the paper does, in place of scaling those that are kept."""
    return layers.Rescaling(1 - rate)(layers.Dropout(rate)(x))
