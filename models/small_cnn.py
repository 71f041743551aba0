"""A small LeNet-style network for small grey images: convolutions, each followed by pooling.

Source: the layer pattern of LeCun et al. (1998), figure 2; the sizes are parameters.
"""

from collections.abc import Sequence

import keras
from keras import layers


def small_cnn(
    shape: Sequence[int], classes: int, *, maps: Sequence[int] = (8, 16), hidden: int = 64
) -> keras.Model:
    """Build the network: float (images, height, width, 1) in, logits (images, classes) out."""
    image = keras.Input(tuple(shape))
    features = image
    for count in maps:
        features = layers.Conv2D(count, 3, padding="same", activation="tanh")(features)
        features = layers.MaxPooling2D(2)(features)
    features = layers.Dense(hidden, activation="tanh")(layers.Flatten()(features))
    return keras.Model(image, layers.Dense(classes)(features), name="small_cnn")
