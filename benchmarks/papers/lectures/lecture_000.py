"""Claims of lecture 000."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, equal, image, zero_padded

LEXICON = ("cool", "bad", "great", "very", "not")
MATRIX = image("0 1 0 0 1 / 2 3 3 3 4 / 4 0 1 0 1 / 3 4 2 3 3")
SENTENCE = "I like this movie very much !"


def one_hot(word: str, lexicon: Sequence[str], printed: Sequence[float]) -> float:
    """Compare a word's one-hot vector over a lexicon with the printed one; unknown words are all zero."""
    from keras import layers

    lookup = layers.StringLookup(vocabulary=list(lexicon), num_oov_indices=1, output_mode="one_hot")
    return equal(np.asarray(lookup([word]))[0, 1:], printed)


def flattened(picture: Matrix, printed: Sequence[float]) -> float:
    """Compare the first entries of a matrix laid out column by column with the printed ones."""
    from keras import layers

    columns = layers.Permute((2, 1))(np.array(picture, "float32")[None])
    return equal(np.asarray(layers.Flatten()(columns))[0, : len(printed)], printed)


def padded(picture: Matrix, padding: int, printed: Matrix) -> float:
    """Compare a picture with a border of zeros with the printed one."""
    return equal(zero_padded(picture, padding), printed)


def empty_rows(sentence: str, longest: int) -> float:
    """Count the zero rows of a sentence's matrix, a row a word, at a fixed length."""
    from keras.utils import pad_sequences

    words = np.arange(1, len(sentence.split()) + 1)
    return float(np.sum(pad_sequences([words], longest, padding="post") == 0))


CLAIMS = {
    "matrix to vector, column by column": partial(flattened, picture=MATRIX, printed=[0, 2, 4, 3, 1, 3, 0, 4]),
    "zero padding of a 3x4 matrix": partial(
        padded,
        picture=image("0 1 0 0 / 2 3 3 3 / 4 0 1 0"),
        padding=1,
        printed=image("0 0 0 0 0 0 / 0 0 1 0 0 0 / 0 2 3 3 3 0 / 0 4 0 1 0 0 / 0 0 0 0 0 0"),
    ),
    "one-hot vector of 'cool'": partial(one_hot, word="cool", lexicon=LEXICON, printed=[1, 0, 0, 0, 0]),
    "one-hot vector of 'great'": partial(one_hot, word="great", lexicon=LEXICON, printed=[0, 0, 1, 0, 0]),
    "one-hot vector of 'not'": partial(one_hot, word="not", lexicon=LEXICON, printed=[0, 0, 0, 0, 1]),
    "one-hot vector of 'coool'": partial(one_hot, word="coool", lexicon=LEXICON, printed=[0, 0, 0, 0, 0]),
    "zero rows of a sentence cut to 10": partial(empty_rows, sentence=SENTENCE, longest=10),
}
