"""Scores of a trained language model for whole texts, and its word vectors."""

from collections.abc import Iterator
from functools import lru_cache

import keras
import numpy as np

from models.language_model import VECTORS
from models.recurrent import Stateful

MOST_STEPS = 500  # per call; the state carries over
MOST_WORDS = 1000  # per call


def log_probabilities(model: keras.Model, texts: np.ndarray) -> np.ndarray:
    """Return the log-probability of every next word, float32 (streams, tokens).

    `texts`, int (streams, tokens, 2), pairs each word with the next one. The number of streams is free. Each
    distinct word is embedded once. The state starts at zero, and the model's own state does not change.
    """
    words, positions = np.unique(texts[..., 0], return_inverse=True)
    positions = positions.reshape(texts.shape[:2])
    table = word_vectors(model, words)
    reader = _reader(model, len(texts), table.shape[1])
    _start(reader, model)
    parts = [
        reader.predict_on_batch({"vectors": table[positions[:, part]], "following": texts[:, part, 1]})
        for part in _slices(texts.shape[1])
    ]
    return np.concatenate(parts, axis=1)


def word_vectors(model: keras.Model, words: np.ndarray, layer: str = VECTORS) -> np.ndarray:
    """Return the output of a layer for words, int (words,): float32 (words, width)."""
    return _in_parts(_between(model, "distinct", layer), words)


def spelled_vectors(model: keras.Model, letters: np.ndarray, layer: str = VECTORS) -> np.ndarray:
    """Return the output of a layer for spelled words, int (words, characters), known or not: (words, width)."""
    return _in_parts(_between(model, "spelling", layer), letters)


def _in_parts(network: keras.Model, x: np.ndarray) -> np.ndarray:
    parts = (x[first : first + MOST_WORDS] for first in range(0, len(x), MOST_WORDS))
    return np.concatenate([network.predict_on_batch(part) for part in parts])


@lru_cache(maxsize=1)  # so that it is compiled once per model
def _between(model: keras.Model, start: str, end: str) -> keras.Model:
    """Return the part of a model between the outputs of two layers."""
    return keras.Model(model.get_layer(start).output, model.get_layer(end).output)


def _slices(tokens: int) -> Iterator[slice]:
    for first in range(0, tokens, MOST_STEPS):
        yield slice(first, min(first + MOST_STEPS, tokens))


@lru_cache(maxsize=1)
def _reader(model: keras.Model, streams: int, width: int) -> keras.Model:
    """Return a copy of the network over word vectors, whose recurrent layers have their own state."""
    vectors = keras.Input(batch_shape=(streams, None, width), name="vectors")
    following = keras.Input(batch_shape=(streams, None), dtype="int32", name="following")
    x = vectors
    for layer in model.layers:
        if isinstance(layer, Stateful):
            copy = type(layer.recurrent).from_config(layer.recurrent.get_config())
            x = Stateful(copy, name=layer.name)(x)
    return keras.Model({"vectors": vectors, "following": following}, model.layers[-1](x, following))


def _start(reader: keras.Model, model: keras.Model) -> None:
    """Copy the model's weights to the reader and set its state to zeros."""
    for layer in reader.layers:
        if isinstance(layer, Stateful):
            layer.recurrent.set_weights(model.get_layer(layer.name).recurrent.get_weights())
            layer.reset_state()
