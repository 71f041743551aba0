"""The time-delay network of Waibel et al. (1989), and two networks of other kinds for the same frames.

Source: A. Waibel, T. Hanazawa, G. Hinton, K. Shikano and K. Lang, "Phoneme Recognition Using Time-Delay Neural
Networks", IEEE Transactions on Acoustics, Speech, and Signal Processing 37(3), 1989, as far as
`benchmarks/papers/waibel1989.py` says.
"""

import keras
from keras import layers, ops

WINDOWS = (3, 5)  # frames that a unit of the first and of the second hidden layer sees


def time_delay_network(frames: int, bands: int, classes: int, *, units: int) -> keras.Model:
    """Build the network: float (sounds, frames, bands) in, logits (sounds, classes) out.

    `units` sigmoids read each window of three frames; one sigmoid a class reads each window of five of theirs, and
    is summed over time. For 15 frames of 16 bands, 8 units and 3 classes, it has 6,203 connections, biases
    included, and 515 parameters.
    """
    sound = keras.Input((frames, bands))
    first = layers.Conv1D(units, WINDOWS[0], activation="sigmoid", name="hidden1")(normalized(sound))
    second = layers.Conv1D(classes, WINDOWS[1], activation="sigmoid", name="hidden2")(first)
    return keras.Model(sound, ops.sum(second, axis=1), name="time_delay_network")


def fully_connected(frames: int, bands: int, classes: int, *, units: int) -> keras.Model:
    """Build a network with one hidden layer of sigmoids, with the inputs and outputs of `time_delay_network`."""
    sound = keras.Input((frames, bands))
    hidden = layers.Dense(units, "sigmoid")(layers.Flatten()(normalized(sound)))
    return keras.Model(sound, layers.Dense(classes)(hidden), name="fully_connected")


def lstm(frames: int, bands: int, classes: int, *, units: int) -> keras.Model:
    """Build an LSTM whose last output is classified, with the inputs and outputs of `time_delay_network`."""
    sound = keras.Input((frames, bands))
    return keras.Model(sound, layers.Dense(classes)(layers.LSTM(units)(normalized(sound))), name="lstm")


def normalized(x):
    """Return each sound, (sounds, frames, bands), with a mean of 0 and values between -1 and 1."""
    centred = x - ops.mean(x, axis=(1, 2), keepdims=True)
    return centred / ops.maximum(ops.max(ops.abs(centred), axis=(1, 2), keepdims=True), 1e-6)
