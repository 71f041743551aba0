"""The small network of cuda-convnet for CIFAR-10, and a fully connected one of the kind that it replaced.

Source: A. Krizhevsky's configuration files layers-18pct and layer-params-18pct.
"""

import keras
from keras import layers

from models.image_layers import ResponseNormalization

CLASSES, SIDE = 10, 32


def cuda_convnet(*, decay: float, last_decay: float) -> keras.Model:
    """Build the network: float (images, 32, 32, 3), the mean image taken off, in, logits (images, 10) out.

    89,578 parameters; `decay` and `last_decay` are the weights of half the squared lengths of filters and of the
    softmax. Pooling windows of 3 by steps of 2 reach over the lower and right edge.
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
