"""Causal convolutions over time, dilated or not, and the receptive field of a network by its gradient.

Source: lecture 001, "Conventional CNN with Stacked Layers" and "Dilated CNN"; van den Oord et al. (2016), WaveNet,
figures 2 and 3. Each layer has filters over two steps.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

WIDTH = 2  # steps that a filter reads


def causal_cnn(shape: Sequence[int], classes: int, *, dilations: Sequence[int], maps: int) -> keras.Model:
    """Build the network: float (examples, steps, channels) in, logits (examples, classes) of the last step out.

    A layer for each dilation; with all of them 1 it is the conventional stack.
    """
    signal = keras.Input(tuple(shape))
    features = signal
    for dilation in dilations:
        features = layers.Conv1D(
            maps,
            WIDTH,
            dilation_rate=dilation,
            padding="causal",
            activation="relu",
            kernel_initializer="he_normal",
        )(features)
    return keras.Model(signal, layers.Dense(classes)(features[:, -1]), name="causal_cnn")


class Probe(layers.Layer):
    """Add weights of zero to every example; what training adds to them is the gradient at the input."""

    def build(self, shape) -> None:
        self.added = self.add_weight(shape=shape[1:], initializer="zeros", name="added")

    def call(self, x):
        return x + self.added

    def compute_output_shape(self, shape):
        return shape


def input_gradient(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """Return the gradient of the sum of all outputs at the inputs `x`, summed over examples: (steps, channels).

    One step of gradient descent at a rate of 1 finds it on every back end; the weights of the model stay.
    """
    probe = Probe()
    signal = keras.Input(x.shape[1:])
    model.trainable = False
    probed = keras.Model(signal, model(probe(signal)))
    probed.compile(keras.optimizers.SGD(1.0), lambda target, output: -keras.ops.sum(output, axis=-1) * len(x))
    probed.train_on_batch(x, np.zeros((len(x), 1), "float32"))
    model.trainable = True
    return np.array(probe.get_weights()[0])


def receptive_field(model: keras.Model, x: np.ndarray) -> int:
    """Count the steps of the inputs `x` on which an output depends, by its gradient."""
    return int(np.count_nonzero(np.any(input_gradient(model, x) != 0, axis=-1)))
