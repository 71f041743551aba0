"""Reading whole texts with a trained language model: by another number of streams, from their beginning."""

from collections.abc import Iterator
from functools import lru_cache

import keras
import numpy as np

from models.language_model import VECTORS
from models.recurrent import CarriedOn

MOST_STEPS = 500  # at once; the state is carried on
MOST_WORDS = 1000


def log_probabilities(model: keras.Model, texts: np.ndarray) -> np.ndarray:
    """Return the log-probability of every next word, float32 (streams, tokens).

    `texts`, int (streams, tokens, 2), are words with the ones after them. Each distinct word is embedded once. The
    state starts at zero; the model's own state is left alone.
    """
    words, positions = np.unique(texts[..., 0], return_inverse=True)
    positions = positions.reshape(texts.shape[:2])
    table = word_vectors(model, words)
    reader = _reader(model, len(texts), table.shape[1])
    _begin(reader, model)
    parts = [
        reader.predict_on_batch({"vectors": table[positions[:, part]], "following": texts[:, part, 1]})
        for part in _parts(texts.shape[1])
    ]
    return np.concatenate(parts, axis=1)


def word_vectors(model: keras.Model, words: np.ndarray, layer: str = VECTORS) -> np.ndarray:
    """Return what a layer makes of words, int (words,): float32 (words, width)."""
    return _in_parts(_between(model, "distinct", layer), words)


def spelled_vectors(model: keras.Model, letters: np.ndarray, layer: str = VECTORS) -> np.ndarray:
    """Return what a layer makes of any words as int (words, characters): float32 (words, width)."""
    return _in_parts(_between(model, "spelling", layer), letters)


def _in_parts(network: keras.Model, x: np.ndarray) -> np.ndarray:
    parts = (x[first : first + MOST_WORDS] for first in range(0, len(x), MOST_WORDS))
    return np.concatenate([network.predict_on_batch(part) for part in parts])


@lru_cache(maxsize=1)  # of the model in training, so that it is compiled once
def _between(model: keras.Model, start: str, end: str) -> keras.Model:
    """Return the part of a model from one layer's output to another's."""
    return keras.Model(model.get_layer(start).output, model.get_layer(end).output)


def _parts(tokens: int) -> Iterator[slice]:
    for first in range(0, tokens, MOST_STEPS):
        yield slice(first, min(first + MOST_STEPS, tokens))


@lru_cache(maxsize=1)
def _reader(model: keras.Model, streams: int, width: int) -> keras.Model:
    """Return a network over word vectors whose recurrent layers have a state of their own."""
    vectors = keras.Input(batch_shape=(streams, None, width), name="vectors")
    following = keras.Input(batch_shape=(streams, None), dtype="int32", name="following")
    x = vectors
    for layer in model.layers:
        if isinstance(layer, CarriedOn):
            copy = type(layer.recurrent).from_config(layer.recurrent.get_config())
            x = CarriedOn(copy, name=layer.name)(x)
    return keras.Model({"vectors": vectors, "following": following}, model.layers[-1](x, following))


def _begin(reader: keras.Model, model: keras.Model) -> None:
    """Give the reader the model's weights and a state of zeros."""
    for layer in reader.layers:
        if isinstance(layer, CarriedOn):
            layer.recurrent.set_weights(model.get_layer(layer.name).recurrent.get_weights())
            layer.forget()
