"""CNN-rand of Kim (2014), compared with stock layers over padded sentences.

Three savings change no result; for each, a test fails on a slightly wrong version. Sentences are laid end to end
with one maximum per sentence, instead of being padded to the longest. Each distinct word of a batch is looked up
once. On TensorFlow, Adadelta skips the table rows of words that a batch lacks, and makes up for their decay when
the words occur again; the other back ends update the whole table. The Keras rival is corrected first: a mask
over its word table makes the gradient dense, at some cost, because Keras' Adadelta is wrong for repeated words
without it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.recipe import Recipe
from benchmarks.speed.plain import PlainKeras, PlainTorch
from benchmarks.speed.runs import WholeRuns
from data_pipelines.dataset import Fold


def padded_cnn(
    shape: tuple[int, int],
    classes: int,
    *,
    length: int,
    filters: Sequence[int] = (3, 4, 5),
    maps: int = 100,
    dropout: float = 0.5,
    max_norm: float = 3.0,
) -> Any:
    """Build the network in Keras over int (sentences, length), with its weights in the order of the fast version.

    `shape` is the shape of the word table, whose row 0 is padding. Multiplying the table by a mask keeps that row
    at zero and makes the gradient dense, which stock Adadelta needs on TensorFlow.
    """
    import keras
    from keras import layers, ops

    class Table(layers.Layer):
        def build(self, input_shape) -> None:
            self.vectors = self.add_weight(shape=shape, initializer=keras.initializers.RandomUniform(-0.25, 0.25))
            self.is_word = (np.arange(shape[0])[:, None] != 0).astype("float32")

        def call(self, symbols):
            return ops.take(self.vectors * self.is_word, symbols, axis=0)

    start = keras.initializers.RandomUniform(-0.01, 0.01)
    symbols = keras.Input((length,), dtype="int32")
    sentence = Table()(symbols)
    responses = [layers.Conv1D(maps, w, activation="relu", kernel_initializer=start)(sentence) for w in filters]
    pooled = layers.Concatenate()([layers.GlobalMaxPooling1D()(response) for response in responses])
    features = layers.Rescaling(1 - dropout)(layers.Dropout(dropout)(pooled))
    limit = keras.constraints.MaxNorm(max_norm, axis=0)
    logits = layers.Dense(classes, kernel_initializer="zeros", kernel_constraint=limit)(features)
    return keras.Model(symbols, logits, name="padded_cnn")


def shape_of(fold: Fold) -> tuple[int, int, int]:
    """Return the number of symbols and of classes, and the length of a padded sentence."""
    return len(fold.vocabulary) + 1, len(np.unique(fold.train.y)), fold.train.x.shape[1]


def plain_keras(fold: Fold, recipe: Recipe) -> PlainKeras:
    """Return the padded network with the Adadelta of Keras."""
    import keras

    symbols, classes, length = shape_of(fold)
    model = padded_cnn((symbols, 300), classes, length=length)
    return PlainKeras(model, keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-6))


def plain_torch(fold: Fold, recipe: Recipe) -> PlainTorch:
    """Return the padded network in PyTorch, with its Adadelta."""
    import torch
    from torch import nn

    symbols, classes, _ = shape_of(fold)

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(symbols, 300, padding_idx=0)
            self.convolutions = nn.ModuleList(nn.Conv1d(300, 100, width) for width in (3, 4, 5))
            self.softmax = nn.Linear(300, classes)
            with torch.no_grad():
                self.table.weight[1:].uniform_(-0.25, 0.25)
                self.softmax.weight.zero_()

        def forward(self, words):
            sentence = self.table(words).transpose(1, 2)
            pooled = [convolve(sentence).relu().amax(dim=2) for convolve in self.convolutions]
            return self.softmax(nn.functional.dropout(torch.cat(pooled, dim=1), 0.5, self.training))

    network = Network()
    optimizer = torch.optim.Adadelta(network.parameters(), lr=1.0, rho=0.95, eps=1e-6)
    optimizer.register_step_post_hook(lambda *_: network.softmax.weight.data.renorm_(2, 0, 3.0))
    return PlainTorch(network, optimizer, inputs=torch.from_numpy)


TASK = WholeRuns(
    name="sentences",
    cell=("kim2014", "2", "CNN-rand", "TREC"),
    unit="sentences",
    epochs=8,
    rivals={"plain Keras, padded": plain_keras, "plain PyTorch, padded": plain_torch},
)
