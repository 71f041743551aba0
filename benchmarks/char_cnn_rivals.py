"""The small character CNN of Zhang et al. (2015) the plain way, in stock layers of Keras and of PyTorch.

What our training speed is measured against: whole texts as one-hot columns, ReLU.
"""

from typing import Any

import numpy as np

from benchmarks.rivals import Step

RATE, MOMENTUM, DECAY = 0.01, 0.9, 1e-5
LAYERS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # width of the filters, of the pools after them
MAPS, UNITS = 256, 1024


def padded_cnn(
    channels: int, classes: int, length: int, *, maps: int = MAPS, units: int = UNITS, dropout: float = 0.5
) -> Any:
    """Build the network in Keras over float (texts, length, channels); weights in our order."""
    import keras
    from keras import layers

    texts = keras.Input((length, channels))
    x = texts
    for width, pool in LAYERS:
        x = layers.Conv1D(maps, width, activation="relu")(x)
        x = layers.MaxPooling1D(pool)(x) if pool > 1 else x
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(dropout)(layers.Dense(units, "relu")(x))
    return keras.Model(texts, layers.Dense(classes)(x))


def keras_step(channels: int, classes: int, length: int) -> Step:
    """Return a training step of the padded network."""
    import keras

    model = padded_cnn(channels, classes, length)
    optimizer = keras.optimizers.SGD(RATE, MOMENTUM, weight_decay=DECAY)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return lambda x, y: model.train_on_batch(one_hot(x, channels), y)


def torch_step(channels: int, classes: int, length: int) -> Step:
    """Return a training step of PyTorch layers."""
    import torch
    from torch import nn

    parts: list[nn.Module] = []
    inputs, places = channels, length
    for width, pool in LAYERS:
        parts += [nn.Conv1d(inputs, MAPS, width), nn.ReLU(), *([nn.MaxPool1d(pool)] if pool > 1 else [])]
        inputs, places = MAPS, (places - width + 1) // pool
    parts += [nn.Flatten(), nn.Linear(MAPS * places, UNITS), nn.ReLU(), nn.Dropout(0.5)]
    parts += [nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Dropout(0.5), nn.Linear(UNITS, classes)]
    network = nn.Sequential(*parts)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)

    def step(x: np.ndarray, y: np.ndarray) -> Any:
        texts = torch.from_numpy(one_hot(x, channels)).transpose(1, 2)
        loss = nn.functional.cross_entropy(network(texts), torch.from_numpy(y).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def one_hot(texts: np.ndarray, channels: int) -> np.ndarray:
    """Return float32 (texts, length, channels) of characters from 1 on, zeros for 0."""
    return np.eye(channels + 1, dtype="float32")[texts][..., 1:]
