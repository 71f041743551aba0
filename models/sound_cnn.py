"""Networks over the samples of a sound: convolutions with strides or with pooling, and a fully connected network.

Source: M. Cochez, Deep Learning, lecture 3 (lecture 004 of the suite), part two; the sizes are parameters.
"""

from collections.abc import Sequence

import keras
from keras import layers


def sound_cnn(
    samples: int, classes: int, *, maps: Sequence[int], kernels: Sequence[int], steps: Sequence[int], pools: bool
) -> keras.Model:
    """Build the network: float (sounds, samples, 1) in, logits (sounds, classes) out.

    Each layer of ReLU filters shortens its input by one of `steps`: by its stride, or with `pools` by max pooling
    after it. The mean over time of the last layer's maps is classified. Raises ValueError where a length is not a
    multiple of its step.
    """
    sound = features = keras.Input((samples, 1))
    for count, kernel, step in zip(maps, kernels, steps, strict=True):
        if features.shape[1] % step:
            raise ValueError(f"{features.shape[1]} places are shortened by {step}. Expected a multiple of it.")
        stride = 1 if pools else step
        features = layers.Conv1D(count, kernel, strides=stride, padding="same", activation="relu")(features)
        features = layers.MaxPooling1D(step)(features) if pools else features
    features = layers.GlobalAveragePooling1D()(features)
    return keras.Model(sound, layers.Dense(classes)(features), name="sound_cnn")


def sound_perceptron(samples: int, classes: int, *, units: int) -> keras.Model:
    """Build a network with one hidden layer of ReLU units, with the inputs and outputs of `sound_cnn`."""
    sound = keras.Input((samples, 1))
    features = layers.Dense(units, activation="relu")(layers.Flatten()(sound))
    return keras.Model(sound, layers.Dense(classes)(features), name="sound_perceptron")
