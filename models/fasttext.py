"""The classifier of fastText: the mean of the rows of a text's words and n-grams, in a table that is trained.

Source: Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017, section 2.
"""

import keras
from keras import initializers, layers

from models.zhang_lstm import MeanOfText


def bag_of_rows(rows: int, classes: int, *, width: int) -> keras.Model:
    """Build it: int (texts, numbers) in, 0 behind the last of 1 to `rows`; logits out.

    As in the published code rows begin as U[-1 / width, 1 / width] and the classes' weights at zero, without bias.
    """
    bags = keras.Input((None,), dtype="int32", name="bags")
    start = initializers.RandomUniform(-1 / width, 1 / width)
    found = layers.Embedding(rows + 1, width, embeddings_initializer=start, name="rows")(bags)
    logits = layers.Dense(classes, use_bias=False, kernel_initializer="zeros", name="classes")
    return keras.Model(bags, logits(MeanOfText()(found, bags)))
