"""Layers of language models: word embeddings, by characters or by a table, and next-word probabilities."""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from models.text_layers import gather_rows


def at_random(scale: float) -> keras.initializers.Initializer:
    """Return U[-scale, scale]."""
    return keras.initializers.RandomUniform(-scale, scale)


def uniform(scale: float) -> dict[str, keras.initializers.Initializer]:
    """Return U[-scale, scale] initializers for the weights and biases of one layer.

    They must not be shared: a Keras initializer gives equal numbers each time it is called.
    """
    return {kind: at_random(scale) for kind in ("kernel_initializer", "bias_initializer")}


class Spelling(layers.Layer):
    """A fixed table of spellings: words to characters, int (words, characters)."""

    def __init__(self, table: np.ndarray, **settings) -> None:
        super().__init__(**settings)
        self.table = table.astype("int32")

    def call(self, words):
        """Return int (n, characters) for int (n,)."""
        return ops.take(ops.convert_to_tensor(self.table), words, axis=0)

    def compute_output_spec(self, words):
        return keras.KerasTensor((*words.shape, self.table.shape[1]), "int32")


class WordEmbedding(layers.Layer):
    """A trained table of word vectors, for distinct words only; see `models.text_layers.WordVectors`."""

    def __init__(self, words: int, width: int, scale: float, **settings) -> None:
        super().__init__(**settings)
        self.shape, self.scale = (words, width), scale

    def build(self, input_shape) -> None:
        self.vectors = self.add_weight(shape=self.shape, initializer=at_random(self.scale), name="vectors")

    def call(self, words):
        """Return float32 (n, width) for int (n,)."""
        return gather_rows(self.vectors, words)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.shape[1])


class CharacterMaxima(layers.Layer):
    """Convolution over the characters of words, max-over-time pooling, then tanh.

    There are `maps[w - 1]` filters of each width w. The maximum is taken before tanh, which gives the same result
    and is cheaper. Character 0 is padding: its vector stays zero. Words shorter than the widest filter are padded.
    """

    def __init__(self, symbols: int, width: int, maps: Sequence[int], scale: float, **settings) -> None:
        super().__init__(**settings)
        self.symbols, self.width, self.maps, self.scale = symbols, width, tuple(maps), scale

    def build(self, input_shape) -> None:
        self.vectors = self._weight("vectors", self.symbols, self.width)
        self.kernels = [
            self._weight("kernel", span * self.width, maps) for span, maps in enumerate(self.maps, start=1)
        ]
        self.bias = self._weight("bias", sum(self.maps))

    def _weight(self, name: str, *shape: int):
        return self.add_weight(shape=shape, initializer=at_random(self.scale), name=name)

    def call(self, letters):
        """Return float32 (words, all filters) for int (words, characters)."""
        length = max(letters.shape[1], len(self.maps))
        letters = ops.pad(letters, ((0, 0), (0, length - letters.shape[1])))
        marks = ops.one_hot(letters, self.symbols) * ops.cast(ops.arange(self.symbols) > 0, self.compute_dtype)
        vectors = ops.matmul(marks, self.vectors)
        maxima = []
        for span, kernel in enumerate(self.kernels, start=1):
            windows = [vectors[:, first : length - span + 1 + first] for first in range(span)]
            maxima.append(ops.max(ops.matmul(ops.concatenate(windows, axis=-1), kernel), axis=1))
        return ops.tanh(ops.concatenate(maxima, axis=-1) + self.bias)

    def compute_output_shape(self, letters_shape):
        return (letters_shape[0], sum(self.maps))


class Highway(layers.Layer):
    """A highway layer: a gated mix of a ReLU layer and the input.

    `carry` is added to the learned bias of the gate. Source: Kim et al. (2016), section 3, and the authors' code.
    """

    def __init__(self, scale: float, carry: float = -2.0, **settings) -> None:
        super().__init__(**settings)
        self.scale, self.carry = scale, carry

    def build(self, input_shape) -> None:
        self.change = layers.Dense(input_shape[-1], activation="relu", **uniform(self.scale), name="change")
        self.gate = layers.Dense(input_shape[-1], **uniform(self.scale), name="gate")
        self.change.build(input_shape)
        self.gate.build(input_shape)

    def call(self, x):
        gate = ops.sigmoid(self.gate(x) + self.carry)
        return gate * self.change(x) + (1 - gate) * x

    def compute_output_shape(self, input_shape):
        return input_shape


class Gather(layers.Layer):
    """Word vectors arranged as a text: step t of stream s is row `positions[s, t]`."""

    def call(self, vectors, positions):
        """Return float32 (streams, steps, width) for vectors (words, width) and int (streams, steps)."""
        return ops.take(vectors, positions, axis=0)

    def compute_output_shape(self, vectors_shape, positions_shape):
        return (*positions_shape, vectors_shape[-1])


class NextWord(layers.Layer):
    """The log-probability of the next word, by a softmax over all words."""

    def __init__(self, words: int, scale: float, **settings) -> None:
        super().__init__(**settings)
        self.words, self.scale = words, scale

    def build(self, features_shape, following_shape=None) -> None:
        start = at_random(self.scale)  # shared, so the bias starts as the kernel's first numbers
        self.kernel = self.add_weight(shape=(features_shape[-1], self.words), initializer=start, name="kernel")
        self.bias = self.add_weight(shape=(self.words,), initializer=start, name="bias")

    def call(self, features, following):
        """Return float32 (streams, steps) for features (streams, steps, width) and int (streams, steps)."""
        scores = ops.matmul(ops.reshape(features, (-1, features.shape[-1])), self.kernel) + self.bias
        return ops.reshape(_log_probability(scores, ops.reshape(following, (-1,))), ops.shape(following))

    def compute_output_shape(self, features_shape, following_shape):
        return following_shape


def _log_probability(scores, chosen):
    """Return the log-softmax of scores, (n, classes), at the chosen classes, int (n,): (n,).

    The gradient is explicit: the one of a gather fills a second array as large as the scores and is far slower.
    """

    @ops.custom_gradient
    def probability(scores):
        top = ops.max(scores, axis=1, keepdims=True)
        powers = ops.exp(scores - top)
        whole = ops.sum(powers, axis=1, keepdims=True)
        right = ops.take_along_axis(scores, ops.expand_dims(chosen, 1), axis=1)
        found = right - top - ops.log(whole)

        def gradient(*arguments, upstream=None):
            slope = ops.expand_dims(arguments[0] if upstream is None else upstream, 1)
            chosen_entries = ops.stack([ops.arange(ops.shape(chosen)[0], dtype=chosen.dtype), chosen], axis=1)
            of_right = ops.squeeze(slope * (1 - ops.exp(found)), 1)
            return ops.scatter_update(powers * (-slope / whole), chosen_entries, of_right)

        return ops.squeeze(found, 1), gradient

    return probability(scores)
