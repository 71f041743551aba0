"""The small character ConvNet of Zhang et al. (2015), compared with stock layers over whole texts.

The network takes 1,014 characters; an AG article has about 240. The suite lays the texts of a batch end to end,
in rows about as long as the longest text, with at least 27 zeros after each. The output of every layer for
padding is computed once per row and used wherever there is no text. This changes no output and no training step
(tested against stock layers over whole texts). The kernel gradient is one matrix product per kernel position,
because oneDNN's own gradient is slow without AVX-512: on an AMD processor, beside other work, a step of Sm.
Conv. Th. took 1.65 s of processor time instead of 2.3. This was not measured on a GPU.
"""

from typing import Any

import numpy as np

from benchmarks.papers.zhang2015 import OURS
from benchmarks.papers.zhang2015.networks import DESCENT, SIZES
from benchmarks.recipe import Recipe
from benchmarks.speed.plain import PlainKeras, PlainTorch
from benchmarks.speed.runs import WholeRuns
from data_pipelines.dataset import Fold
from data_pipelines.text.character_ids import ALPHABET

RATE, MOMENTUM, DECAY = (DESCENT[name] for name in ("rate", "momentum", "decay"))
LAYERS = ((7, 3), (7, 3), (3, 1), (3, 1), (3, 1), (3, 3))  # widths of filters, and of the pooling after them
MAPS, UNITS = int(SIZES["Sm."]["maps"]), int(SIZES["Sm."]["units"])


def padded_cnn(
    channels: int, classes: int, length: int, *, maps: int = MAPS, units: int = UNITS, dropout: float = 0.5
) -> Any:
    """Build the network in Keras over float (texts, length, channels), with its weights in our order."""
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


def shape_of(fold: Fold) -> tuple[int, int, int]:
    """Return the number of characters and of classes, and the length of a padded text."""
    return len(ALPHABET), len(np.unique(fold.train.y)), fold.train.x.shape[1]


def plain_keras(fold: Fold, recipe: Recipe) -> PlainKeras:
    """Return the padded network."""
    channels, classes, length = shape_of(fold)
    return PlainKeras(
        padded_cnn(channels, classes, length), recipe.optimizer(), inputs=lambda x: one_hot(x, channels)
    )


def plain_torch(fold: Fold, recipe: Recipe) -> PlainTorch:
    """Return PyTorch layers."""
    import torch
    from torch import nn

    channels, classes, length = shape_of(fold)
    parts: list[nn.Module] = []
    inputs, places = channels, length
    for width, pool in LAYERS:
        parts += [nn.Conv1d(inputs, MAPS, width), nn.ReLU(), *([nn.MaxPool1d(pool)] if pool > 1 else [])]
        inputs, places = MAPS, (places - width + 1) // pool
    parts += [nn.Flatten(), nn.Linear(MAPS * places, UNITS), nn.ReLU(), nn.Dropout(0.5)]
    parts += [nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Dropout(0.5), nn.Linear(UNITS, classes)]
    network = nn.Sequential(*parts)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)

    return PlainTorch(
        network, optimizer, inputs=lambda x: torch.from_numpy(one_hot(x, channels)).transpose(1, 2), size=128
    )


def one_hot(texts: np.ndarray, channels: int) -> np.ndarray:
    """Return float32 (texts, length, channels) of character numbers from 1; zeros for 0."""
    return np.eye(channels + 1, dtype="float32")[texts][..., 1:]


TASK = WholeRuns(
    name="topics",
    cell=("zhang2015", OURS, "Sm. Conv.", "AG"),
    unit="texts",
    epochs=1,
    examples=1920,
    rivals={"plain Keras": plain_keras, "plain PyTorch": plain_torch},
)
