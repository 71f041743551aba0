"""The small character ConvNet of Zhang et al. (2015), compared with stock layers over whole texts.

The network takes 1,014 characters; an AG article has about 240. The suite lays the texts of a batch end to end,
in rows about as long as the longest text, with at least 27 zeros after each. The output of every layer for
padding is computed once per row and used wherever there is no text. This changes no output and no training step
(tested against stock layers over whole texts). The kernel gradient is one matrix product per kernel position,
because oneDNN's own gradient is slow without AVX-512: on an AMD processor, beside other work, a step of Sm.
Conv. Th. took 1.65 s of processor time instead of 2.3. This was not measured on a GPU.

"retable, looked up" looks up and sums the rows of the first kernel, instead of convolving with one-hot columns.
It gives the same numbers (tested) and is not faster, so the network makes one-hot columns, batch by batch.
"""

from typing import Any

import numpy as np

from benchmarks.papers.zhang2015 import OURS
from benchmarks.papers.zhang2015.networks import BATCH_SIZE, DESCENT, LAID, SIZES
from benchmarks.speed.steps import Step, TrainingSteps, keras_step, torch_step
from data_pipelines.text.batching import end_to_end
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


def plain_keras(channels: int, classes: int, length: int) -> Step:
    """Return a training step of the padded network."""
    return keras_step(padded_cnn(channels, classes, length), _descent(), inputs=lambda x: one_hot(x, channels))


def _descent() -> Any:
    import keras

    return keras.optimizers.SGD(RATE, MOMENTUM, weight_decay=DECAY)


def plain_torch(channels: int, classes: int, length: int) -> Step:
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

    def loss(x: np.ndarray, y: Any) -> Any:
        return nn.functional.cross_entropy(network(torch.from_numpy(one_hot(x, channels)).transpose(1, 2)), y)

    return torch_step(optimizer, loss)


def looked_up_cnn(channels: int, classes: int, **settings: Any) -> Any:
    """Build our network with its first convolution as a sum of looked-up rows, and its weights in our order."""
    import keras
    from keras import ops

    from models.zhang_convnet import text_cnn

    class LookedUp(keras.layers.Conv1D):
        def build(self, shape: Any) -> None:
            super().build((*shape[:-1], channels))
            self.input_spec = None

        def call(self, symbols: Any) -> Any:
            (width,) = self.kernel_size
            places = ops.shape(symbols)[1] - width + 1
            rows = ops.pad(self.kernel, ((0, 0), (1, 0), (0, 0)))  # symbol 0 has a row of zeros
            parts = [ops.take(rows[n], symbols[:, n : n + places, 0], axis=0) for n in range(width)]
            return sum(parts[1:], parts[0]) + self.bias

    return text_cnn(lambda symbols: symbols[..., None], classes, first=LookedUp, **settings)


def looked_up_step(channels: int, classes: int, length: int) -> Step:
    """Return a training step of our network with its first kernel looked up, over texts laid end to end."""
    return keras_step(looked_up_cnn(channels, classes), _descent(), inputs=lambda x: end_to_end(x, **LAID))


def one_hot(texts: np.ndarray, channels: int) -> np.ndarray:
    """Return float32 (texts, length, channels) of character numbers from 1; zeros for 0."""
    return np.eye(channels + 1, dtype="float32")[texts][..., 1:]


TASK = TrainingSteps(
    cell=("zhang2015", OURS, "Sm. Conv.", "AG"),
    batch_size=BATCH_SIZE,
    unit="texts",
    rivals={"plain Keras": plain_keras, "retable, looked up": looked_up_step, "plain PyTorch": plain_torch},
    arguments=lambda fold: (len(ALPHABET), len(np.unique(fold.train.y)), fold.train.x.shape[1]),
    batches=10,
)
