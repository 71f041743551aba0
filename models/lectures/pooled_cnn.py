"""A LeNet-like network whose maps are reduced in one of several ways, all else equal.

Source: lecture 001, "Pooling in CNN": a fixed operation, average or maximum, over each local region. The layer
pattern is that of LeCun et al. (1998), figure 2.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

SIDE = 5  # of filters
POOLS: dict[str, Any] = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D, "strides": None}


def pooled_cnn(
    shape: Sequence[int], classes: int, *, reduction: str, maps: Sequence[int], hidden: int
) -> keras.Model:
    """Build the network: float (images, height, width, 1) in, logits (images, classes) out.

    `reduction` is "max" or "average", pooling over 2x2, or "strides", filters that move by two pixels. All three
    have equally many weights. Raises KeyError for another one.
    """
    pool = POOLS[reduction]
    image = features = keras.Input(tuple(shape))
    for count in maps:
        strides = 1 if pool else 2
        features = layers.Conv2D(count, SIDE, strides, padding="same", activation="relu")(features)
        features = pool(2)(features) if pool else features
    features = layers.Dense(hidden, activation="relu")(layers.Flatten()(features))
    return keras.Model(image, layers.Dense(classes)(features), name="pooled_cnn")
