"""The claims of lecture 000."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from benchmarks.papers.lectures.slides import Matrix, applied, equal, image, max_pooled, zero_padded

LEXICON = ("cool", "bad", "great", "very", "not")
TRIGRAMS = ("coo", "col", "ool", "ooo")  # those in the lexicon on the slide
MATRIX = image("0 1 0 0 1 / 2 3 3 3 4 / 4 0 1 0 1 / 3 4 2 3 3")
SENTENCE = "I like this movie very much !"
CS231N = image("1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4")
RUNS = 5  # one per session of IEMOCAP

ILSVRC_2012 = {"SIFT + FVs": 26.2, "5 CNNs": 16.4, "7 CNNs*": 15.3}  # table 2: top-5 test error
SPEECH = {  # Neumann & Vu (2017) as printed: average, minimum and maximum
    "logMel (26)": (61.71, 60.40, 62.66),
    "MFCC (13)": (61.31, 60.85, 61.35),
    "eGeMAPS (25)": (60.25, 59.41, 60.94),
    "Prosody (7)": (56.34, 55.82, 57.57),
}


def one_hot(word: str, lexicon: Sequence[str], printed: Sequence[float]) -> float:
    """Compare the one-hot vector of a word with the printed one; an unknown word is all zeros."""
    return equal(_looked_up([word], lexicon), printed)


def hashed(word: str, lexicon: Sequence[str], printed: Sequence[float]) -> float:
    """Compare the vector of letter trigrams of a word with the printed one."""
    return equal(_looked_up([word[start : start + 3] for start in range(len(word) - 2)], lexicon), printed)


def flattened(picture: Matrix, printed: Sequence[float]) -> float:
    """Compare the first entries of a matrix, flattened column by column, with the printed ones."""
    columns = applied(picture, "Permute", (2, 1))
    return equal(applied(columns, "Flatten")[: len(printed)], printed)


def padded(picture: Matrix, padding: int, printed: Matrix) -> float:
    """Compare an image with a border of zeros with the printed one."""
    return equal(zero_padded(picture, padding), printed)


def empty_rows(sentence: str, longest: int) -> float:
    """Count the zero rows of a sentence matrix of fixed length, with one row per word."""
    from keras.utils import pad_sequences

    words = np.arange(1, len(sentence.split()) + 1)
    return float(np.sum(pad_sequences([words], longest, padding="post") == 0))


def in_paper(table: Mapping[str, float], label: str, number: float) -> float:
    """Return 1 if the paper has the number of the slide under the same label, else 0."""
    return float(table.get(label) == number)


def pooling_as_printed(picture: Matrix, window: int) -> float:
    """Count the entries where max pooling equals the printed formula, with indices 0 < i < m and 0 < j < n."""
    pixels = np.array(picture)
    pooled = max_pooled(pixels[..., None], window, window)[..., 0]
    literal = max_pooled(np.where(_first_of_window(pixels, window), -np.inf, pixels)[..., None], window, window)
    return float(np.sum(pooled == literal[..., 0]))


def attainable_average(smallest: float, largest: float, average: float, runs: int) -> float:
    """Return the possible average nearest to the printed one, for this minimum, maximum and number of runs."""
    low, high = ((runs - 1) * a + b for a, b in ((smallest, largest), (largest, smallest)))
    return float(np.clip(average, low / runs, high / runs))


def _looked_up(terms: Sequence[str], lexicon: Sequence[str]) -> np.ndarray:
    """Return 1 for each entry of the lexicon that is among the terms, else 0."""
    from keras import layers

    lookup = layers.StringLookup(vocabulary=list(lexicon), num_oov_indices=1, output_mode="multi_hot")
    return np.asarray(lookup(terms))[1:]


def _first_of_window(pixels: np.ndarray, window: int) -> np.ndarray:
    row, column = np.indices(pixels.shape)
    return (row % window == 0) | (column % window == 0)


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
    "word hashing of 'cool'": partial(hashed, word="cool", lexicon=TRIGRAMS, printed=[1, 0, 1, 0]),
    "word hashing of 'coool'": partial(hashed, word="coool", lexicon=TRIGRAMS, printed=[1, 0, 1, 1]),
    "zero rows of a sentence cut to 10": partial(empty_rows, sentence=SENTENCE, longest=10),
    "max pooling formula": partial(pooling_as_printed, picture=CS231N, window=2),
    "ILSVRC-2012, Sparse Coding": partial(in_paper, table=ILSVRC_2012, label="Sparse Coding", number=26.2),
    "ILSVRC-2012, 7 CNNs": partial(in_paper, table=ILSVRC_2012, label="7 CNNs", number=15.3),
    **{
        f"average of {label}": partial(attainable_average, low, high, average, RUNS)
        for label, (average, low, high) in SPEECH.items()
    },
}
