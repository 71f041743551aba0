"""Recurrent language models that read words as characters, or as rows of a table.

Source: Kim, Jernite, Sontag & Rush (2016), Character-Aware Neural Language Models, section 3.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from models.language_model_layers import CharacterMaxima, Spelling, TakeRows, WordTable, at_random
from models.recurrent import LSTM, CarriedOn
from models.text_layers import Highway, uniform

VECTORS = "vectors"  # the layer whose output stands for a word


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
    """Build a network that reads `streams` texts side by side, `steps` words at a time, and never forgets.

    Inputs: `distinct`, int (words,), each word of a batch once; `positions` and `following`, int (streams, steps),
    where a word stands in `distinct` and which word comes next. Output: the log-probability of the next word,
    float32 (streams, steps). `embed` maps `distinct` to word vectors, each of `recurrent` makes a layer, and
    `head` scores the next word. Dropout follows every layer but the last word vectors, which have a rate of
    their own.
    """
    distinct = keras.Input(batch_shape=(None,), dtype="int32", name="distinct")
    positions = keras.Input(batch_shape=(streams, steps), dtype="int32", name="positions")
    following = keras.Input(batch_shape=(streams, steps), dtype="int32", name="following")
    x = TakeRows(name="sequence")(embed(distinct), positions)
    if input_dropout:
        x = layers.Dropout(input_dropout)(x)
    for make in recurrent:
        x = CarriedOn(make(return_sequences=True, return_state=True))(x)
        x = layers.Dropout(dropout)(x)
    inputs = {"distinct": distinct, "positions": positions, "following": following}
    return keras.Model(inputs, head(x, following), name="language_model")


def characters(
    spelling: np.ndarray,
    *,
    maps: Sequence[int],
    between: Sequence[Callable[..., layers.Layer]],
    symbols: int,
    width: int = 15,
    scale: float = 0.05,
) -> Callable[[Any], Any]:
    """Return how to embed words by their characters: `maps[w - 1]` filters of width w, then layers `between`.

    `spelling` is int (words, characters), 0 where a word is shorter than the longest one.
    """

    def embed(distinct):
        letters = Spelling(spelling, name="spelling")(distinct)
        x = CharacterMaxima(symbols, width, maps, scale, name="characters" if between else VECTORS)(letters)
        for number, make in enumerate(between, start=1):
            layer = make(name=VECTORS if number == len(between) else f"between_{number}")
            x = layer(x)
        return x

    return embed


def table(words: int, width: int, scale: float = 0.05) -> Callable[[Any], Any]:
    """Return how to embed words as rows of a trained table."""
    return WordTable(words, width, scale, name=VECTORS)


def lstm(units: int, scale: float = 0.05) -> Callable[..., layers.RNN]:
    """Return how to make an LSTM layer whose weights and biases all start in U[-scale, scale]."""
    return _recurrent(LSTM, units, scale, unit_forget_bias=False)


def plain(units: int, scale: float = 0.05) -> Callable[..., layers.RNN]:
    """Return how to make a plain recurrent layer with a logistic sigmoid."""
    return _recurrent(layers.SimpleRNN, units, scale, activation="sigmoid")


def _recurrent(
    kind: Callable[..., layers.RNN], units: int, scale: float, **settings: Any
) -> Callable[..., layers.RNN]:
    def make(**more: Any) -> layers.RNN:
        starts = {f"{name}_initializer": at_random(scale) for name in ("kernel", "recurrent", "bias")}
        return kind(units, **starts, **settings, **more)

    return make


def highway(scale: float = 0.05) -> Callable[..., layers.Layer]:
    """Return how to make a highway layer, with -2 added to the bias of its gate."""
    return lambda **more: Highway(scale=scale, **more)


def hidden(units: int, scale: float = 0.05) -> Callable[..., layers.Layer]:
    """Return how to make a layer of rectified linear units."""
    return lambda **more: layers.Dense(units, activation="relu", **uniform(scale), **more)


def parameters(model: keras.Model) -> int:
    """Count trained parameters."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def second_biases(model: keras.Model) -> int:
    """Count the biases that Torch's LSTM layers have and Keras' lack: 4 x hidden units per layer."""
    recurrent = [layer.recurrent for layer in model.layers if isinstance(layer, CarriedOn)]
    return sum(4 * layer.units for layer in recurrent if isinstance(layer, layers.LSTM))
