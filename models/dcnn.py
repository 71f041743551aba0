"""The Dynamic Convolutional Neural Network (DCNN) of Kalchbrenner, Grefenstette & Blunsom (2014).

Source: "A Convolutional Neural Network for Modelling Sentences", ACL 2014, section 3. A sentence is a matrix with
one row per dimension of the word vectors. Each row is convolved on its own; a map sums over the maps of the layer
below.
"""

from collections.abc import Sequence

import keras
from keras import initializers, layers, ops, regularizers


class WideConvolution(layers.Layer):
    """A wide convolution of each row: (batch, length, rows, below) to (batch, length + width - 1, rows, maps)."""

    def __init__(self, maps: int, width: int, decay: float, **settings) -> None:
        super().__init__(**settings)
        self.maps, self.width, self.decay = maps, width, decay

    def build(self, shape) -> None:
        rows, below = shape[2:]
        bound = (3 / (self.width * below)) ** 0.5  # keeps the variance of the inputs
        self.kernel = self.add_weight(
            shape=(self.width, rows, below, self.maps),
            initializer=initializers.RandomUniform(-bound, bound),
            regularizer=regularizers.L2(self.decay),
            name="kernel",
        )

    def call(self, x):
        padded = ops.pad(x, [[0, 0], [self.width - 1, self.width - 1], [0, 0], [0, 0]])
        length = ops.shape(x)[1] + self.width - 1
        shifted = ops.stack([padded[:, start : start + length] for start in range(self.width)], axis=2)
        return ops.einsum("nlwri,wrio->nlro", shifted, self.kernel)


class OrderedMaxima(layers.Layer):
    """Dynamic k-max pooling with bias and tanh: the k largest values of each row and map, in their order.

    Inputs: (batch, length, rows, maps); the number of positions in the sentence, (batch,); k, (batch,).
    Output: (batch, most, rows, maps), zero after the first k positions; `most` is the largest possible k.
    """

    def __init__(self, most: int, **settings) -> None:
        super().__init__(**settings)
        self.most = most

    def build(self, shape, *_) -> None:
        self.bias = self.add_weight(shape=shape[2:], initializer="zeros", name="bias")

    def call(self, x, lengths, counts):
        values = ops.transpose(x, (0, 2, 3, 1))  # (batch, rows, maps, length)
        positions = ops.arange(ops.shape(x)[1])
        is_outside = ops.expand_dims(positions, 0) >= ops.expand_dims(lengths, 1)
        masked = ops.where(is_outside[:, None, None, :], float("-inf"), values)
        _, chosen = ops.top_k(masked, self.most)
        is_kept = (ops.arange(self.most)[None, :] < counts[:, None])[:, None, None, :]
        chosen = ops.sort(ops.where(is_kept, ops.cast(chosen, "int32"), ops.shape(x)[1] - 1), axis=-1)
        kept = ops.tanh(ops.take_along_axis(values, chosen, axis=-1) + self.bias[None, :, :, None])
        return ops.transpose(ops.where(is_kept, kept, 0.0), (0, 3, 1, 2))


def dcnn(
    symbols: int,
    classes: int,
    length: int,
    *,
    width: int,
    filters: Sequence[int],
    maps: Sequence[int],
    top: int,
    dropout: float = 0.5,
    decay: float = 1e-4,
) -> keras.Model:
    """Build the network: int (batch, length) symbols, 0 after the sentence, in; logits (batch, classes) out.

    Layer l of L keeps k = max(top, ceil((L - l) / L * words)) values per row; the last layer keeps `top`. After
    each convolution, folding adds pairs of rows.
    """
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    embedding = layers.Embedding(
        symbols,
        width,
        embeddings_initializer=initializers.RandomUniform(-0.25, 0.25),
        embeddings_regularizer=regularizers.L2(decay),
        name="words",
    )
    words = ops.sum(ops.cast(tokens > 0, "int32"), axis=1)
    x = ops.expand_dims(embedding(tokens) * ops.cast(tokens > 0, "float32")[:, :, None], -1)
    depth, lengths = len(filters), words
    for number, (size, count) in enumerate(zip(filters, maps, strict=True), start=1):
        x = WideConvolution(count, size, decay, name=f"convolution_{number}")(x)
        x = x[:, :, 0::2] + x[:, :, 1::2]
        above = depth - number
        most = max(top, -(-above * length // depth))
        counts = ops.maximum(top, (above * words + depth - 1) // depth)
        x = OrderedMaxima(most, name=f"maxima_{number}")(x, lengths + size - 1, counts)
        lengths = counts
    features = layers.Dropout(dropout)(layers.Flatten()(x))
    logits = layers.Dense(classes, kernel_regularizer=regularizers.L2(decay), name="softmax")(features)
    return keras.Model(tokens, logits, name="dcnn")
