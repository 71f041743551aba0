"""LSTM-Char-Small the plain way, in stock layers of Keras and of PyTorch: what our speed is measured against.

Every token is spelled and embedded, also those that a batch has twice.
"""

from typing import Any

import numpy as np

from benchmarks.speed.tasks.sentences import Step

MAPS, WIDTH, UNITS, DROPOUT = (25, 50, 75, 100, 125, 150), 15, 300, 0.5
RATE, LARGEST_NORM = 1.0, 5.0


def keras_step(spelling: np.ndarray, symbols: int, streams: int, steps: int) -> Step:
    """Return a training step of stock Keras layers, their state carried on."""
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

    model.compile(keras.optimizers.SGD(RATE, global_clipnorm=LARGEST_NORM), loss)
    return lambda x, y: model.train_on_batch(spelling[x[..., 0]], y)


def torch_step(spelling: np.ndarray, symbols: int, streams: int, steps: int) -> Step:
    """Return a training step of PyTorch layers, their state carried on."""
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
                x = nn.functional.dropout(x, DROPOUT)
            return self.softmax(x)

    network = Network()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)

    def step(x: np.ndarray, y: np.ndarray) -> float:
        scores = network(torch.from_numpy(spelling[x[..., 0]]).long())
        right = torch.from_numpy(y).long().reshape(-1)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), right, reduction="sum") / streams
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), LARGEST_NORM)
        optimizer.step()
        return loss.item()

    return step
