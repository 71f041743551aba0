"""LSTM-Char-Small of Kim et al. (2016), compared with stock layers.

The rivals embed the characters of every token, also of words that occur twice in a batch. The suite embeds each
distinct word of a batch once, and each word of the vocabulary at most once when it scores a text. Its LSTM
layers compute the input products of all 35 steps together, and the gradient of its softmax is written out. The
softmax over 10,000 words is still the largest part of a step. The rivals score a text in 20 parts at once, the
suite in one, as the recipe says.
"""

from typing import Any

import numpy as np

from benchmarks.papers.kim2016 import STEPS, STREAMS
from benchmarks.recipe import Recipe
from benchmarks.speed.plain import Plain, PlainKeras, PlainTorch
from benchmarks.speed.runs import WholeRuns
from data_pipelines.dataset import Fold, Split
from data_pipelines.text.batching import in_windows, side_by_side
from data_pipelines.text.spelling import MARKS, alphabet, spell

MAPS, WIDTH, UNITS, DROPOUT = (25, 50, 75, 100, 125, 150), 15, 300, 0.5
RATE, LARGEST_NORM = 1.0, 5.0


def plain_keras(fold: Fold, recipe: Recipe) -> PlainKeras:
    """Return stock Keras layers whose state is carried on."""
    return keras_network(*arguments(fold))


def keras_network(spelling: np.ndarray, symbols: int, streams: int, steps: int) -> PlainKeras:
    """Return stock Keras layers over the letters of words, int (streams, steps, letters)."""
    import keras
    from keras import layers, ops

    letters = keras.Input(batch_shape=(streams, steps, spelling.shape[1]), dtype="int32")
    words = ops.reshape(letters, (streams * steps, spelling.shape[1]))
    vectors = layers.Embedding(symbols, WIDTH)(words)
    responses = [layers.Conv1D(maps, span, activation="tanh")(vectors) for span, maps in enumerate(MAPS, start=1)]
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(response) for response in responses])
    gate = ops.sigmoid(layers.Dense(sum(MAPS))(x) - 2)
    x = gate * layers.Dense(sum(MAPS), activation="relu")(x) + (1 - gate) * x
    x = ops.reshape(x, (streams, steps, sum(MAPS)))
    for _ in range(2):
        x = layers.Dropout(DROPOUT)(layers.LSTM(UNITS, return_sequences=True, stateful=True)(x))
    model = keras.Model(letters, layers.Dense(len(spelling))(x))

    def loss(right, scores):
        return ops.sum(ops.sparse_categorical_crossentropy(right, scores, from_logits=True), axis=1)

    optimizer = keras.optimizers.SGD(RATE, global_clipnorm=LARGEST_NORM)
    return PlainKeras(model, optimizer, loss, inputs=lambda x: spelling[x[..., 0]])


def torch_network(spelling: np.ndarray, symbols: int, streams: int, steps: int) -> Any:
    """Build the network of PyTorch layers over the letters of words, int (streams, steps, letters)."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.vectors = nn.Embedding(symbols, WIDTH, padding_idx=0)
            self.filters = nn.ModuleList(nn.Conv1d(WIDTH, maps, span) for span, maps in enumerate(MAPS, start=1))
            self.change, self.gate = nn.Linear(sum(MAPS), sum(MAPS)), nn.Linear(sum(MAPS), sum(MAPS))
            sizes = (sum(MAPS), UNITS)
            self.recurrent = nn.ModuleList(nn.LSTM(size, UNITS, batch_first=True) for size in sizes)
            self.softmax = nn.Linear(UNITS, len(spelling))
            self.states: list[Any] = [None, None]

        def forward(self, letters):
            vectors = self.vectors(letters.reshape(streams * steps, -1)).transpose(1, 2)
            x = torch.cat([convolve(vectors).tanh().amax(2) for convolve in self.filters], 1)
            gate = torch.sigmoid(self.gate(x) - 2)
            x = (gate * self.change(x).relu() + (1 - gate) * x).reshape(streams, steps, -1)
            for number, layer in enumerate(self.recurrent):
                x, state = layer(x, self.states[number])
                self.states[number] = tuple(part.detach() for part in state)
                x = nn.functional.dropout(x, DROPOUT, self.training)
            return self.softmax(x)

    return Network()


def plain_torch(fold: Fold, recipe: Recipe) -> PlainTorch:
    """Return PyTorch layers whose state is carried on."""
    import torch
    from torch import nn

    spelling, symbols, streams, steps = arguments(fold)
    network = torch_network(spelling, symbols, streams, steps)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)

    def limit(*_: Any) -> None:
        nn.utils.clip_grad_norm_(network.parameters(), LARGEST_NORM)

    optimizer.register_step_pre_hook(limit)

    def loss(scores: Any, right: Any) -> Any:
        return nn.functional.cross_entropy(scores.flatten(0, 1), right.reshape(-1), reduction="sum") / streams

    spelled = torch.from_numpy(spelling).long()
    return PlainTorch(network, optimizer, inputs=lambda x: spelled[x[..., 0]], loss=loss, size=streams)


def perplexity(plain: Plain, split: Split) -> float:
    """Return the perplexity of a text, cut into as many streams as in training."""
    tokens = split if split.y.ndim == 1 else Split(split.x[..., 0].ravel(), split.y.ravel())
    x, y = in_windows(side_by_side(tokens, STREAMS, STEPS), STEPS)
    surprise = 0.0
    for start in range(0, len(x), STREAMS):
        scores = plain.outputs(x[start : start + STREAMS]).astype("float64")
        right = np.take_along_axis(scores, y[start : start + STREAMS, :, None], axis=2)[..., 0]
        surprise += (np.log(np.exp(scores - scores.max(2, keepdims=True)).sum(2)) + scores.max(2) - right).sum()
    return float(np.exp(surprise / y.size))


def arguments(fold: Fold) -> tuple[np.ndarray, int, int, int]:
    """Return the spelling of the vocabulary, the number of symbols, and the shape of a batch."""
    letters = alphabet(fold.vocabulary)
    return spell(fold.vocabulary, letters), len(letters) + MARKS, STREAMS, STEPS


TASK = WholeRuns(
    name="text",
    cell=("kim2016", "3", "LSTM-Char-Small", "PTB"),
    unit="tokens",
    epochs=1,
    examples=63_000,
    rivals={"plain Keras": plain_keras, "plain PyTorch": plain_torch},
    measure_rival=perplexity,
)
