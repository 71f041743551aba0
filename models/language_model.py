"""Recurrent language models over characters or over a table of words.

Source: Kim, Jernite, Sontag & Rush (2016), Character-Aware Neural Language Models, section 3.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from models.language_model_layers import (
    CharacterMaxima,
    Gather,
    Highway,
    Spelling,
    WordEmbedding,
    at_random,
    uniform,
)
from models.recurrent import LSTM, Stateful

VECTORS = "vectors"  # name of the layer that outputs word vectors


def language_model(
    embed: Callable[[Any], Any],
    recurrent: Sequence[Callable[..., layers.RNN]],
    head: layers.Layer,
    *,
    streams: int,
    steps: int,
    dropout: float = 0.5,
    input_dropout: float = 0.0,
) -> keras.Model:
    """Build a network that reads `streams` texts in parallel, `steps` words per batch, and keeps its state.

    Inputs: `distinct`, int (words,), the distinct words of a batch; `positions`, int (streams, steps), the index
    of each word in `distinct`; `following`, int (streams, steps), the next words. Output: the log-probability of
    each next word, float32 (streams, steps).
    `embed` maps `distinct` to word vectors, each function in `recurrent` makes a layer, and `head` scores the next
    word. `dropout` follows each recurrent layer, `input_dropout` the word vectors.
    """
    distinct = keras.Input(batch_shape=(None,), dtype="int32", name="distinct")
    positions = keras.Input(batch_shape=(streams, steps), dtype="int32", name="positions")
    following = keras.Input(batch_shape=(streams, steps), dtype="int32", name="following")
    x = Gather(name="sequence")(embed(distinct), positions)
    if input_dropout:
        x = layers.Dropout(input_dropout)(x)
    for make in recurrent:
        x = Stateful(make(return_sequences=True, return_state=True))(x)
        x = layers.Dropout(dropout)(x)
    inputs = {"distinct": distinct, "positions": positions, "following": following}
    return keras.Model(inputs, head(x, following), name="language_model")


def character_embedding(
    spelling: np.ndarray,
    *,
    maps: Sequence[int],
    between: Sequence[Callable[..., layers.Layer]],
    symbols: int,
    width: int = 15,
    scale: float = 0.05,
) -> Callable[[Any], Any]:
    """Return a function that embeds words by their characters.

    It applies `maps[w - 1]` filters of each width w, then the layers that `between` makes. `spelling`, int
    (words, characters), is padded with 0.
    """

    def embed(distinct):
        letters = Spelling(spelling, name="spelling")(distinct)
        x = CharacterMaxima(symbols, width, maps, scale, name="characters" if between else VECTORS)(letters)
        for number, make in enumerate(between, start=1):
            layer = make(name=VECTORS if number == len(between) else f"between_{number}")
            x = layer(x)
        return x

    return embed


def word_embedding(words: int, width: int, scale: float = 0.05) -> Callable[[Any], Any]:
    """Return a layer that embeds words as rows of a trained table."""
    return WordEmbedding(words, width, scale, name=VECTORS)


def lstm(units: int, scale: float = 0.05) -> Callable[..., layers.RNN]:
    """Return a function that makes an LSTM layer; all weights and biases start as U[-scale, scale]."""
    return _recurrent(LSTM, units, scale, unit_forget_bias=False)


def simple_rnn(units: int, scale: float = 0.05) -> Callable[..., layers.RNN]:
    """Return a function that makes a simple recurrent layer with sigmoid activation."""
    return _recurrent(layers.SimpleRNN, units, scale, activation="sigmoid")


def _recurrent(
    kind: Callable[..., layers.RNN], units: int, scale: float, **settings: Any
) -> Callable[..., layers.RNN]:
    def make(**more: Any) -> layers.RNN:
        starts = {f"{name}_initializer": at_random(scale) for name in ("kernel", "recurrent", "bias")}
        return kind(units, **starts, **settings, **more)

    return make


def highway(scale: float = 0.05) -> Callable[..., layers.Layer]:
    """Return a function that makes a highway layer."""
    return lambda **more: Highway(scale=scale, **more)


def hidden(units: int, scale: float = 0.05) -> Callable[..., layers.Layer]:
    """Return a function that makes a dense layer with ReLU."""
    return lambda **more: layers.Dense(units, activation="relu", **uniform(scale), **more)


def parameters(model: keras.Model) -> int:
    """Count the trained parameters."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def second_biases(model: keras.Model) -> int:
    """Count the second biases that Torch's LSTM has and Keras' lacks: 4 x units per layer."""
    recurrent = [layer.recurrent for layer in model.layers if isinstance(layer, Stateful)]
    return sum(4 * layer.units for layer in recurrent if isinstance(layer, layers.LSTM))
