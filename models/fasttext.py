"""fastText: a linear classifier of the mean embedding of a text's words and n-grams.

Source: Joulin et al., "Bag of Tricks for Efficient Text Classification", EACL 2017, section 2.
"""

import keras
from keras import initializers, layers

from models.text_layers import MeanOfText


def fasttext(rows: int, classes: int, *, width: int) -> keras.Model:
    """Build the classifier: int (texts, numbers) in, each from 1 to `rows` and 0 as padding; logits out.

    As in the published code, embeddings start as U[-1 / width, 1 / width], and the output layer starts at zero and
    has no bias.
    """
    bags = keras.Input((None,), dtype="int32", name="bags")
    start = initializers.RandomUniform(-1 / width, 1 / width)
    found = layers.Embedding(rows + 1, width, embeddings_initializer=start, name="rows")(bags)
    logits = layers.Dense(classes, use_bias=False, kernel_initializer="zeros", name="classes")
    return keras.Model(bags, logits(MeanOfText()(found, bags)))
