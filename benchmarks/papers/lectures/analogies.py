"""The claims of lecture 000 on differences of word vectors, by 31,530 rows of GoogleNews.

A claim a - b = c - d holds where d has place 1: of all words but a, b and c, its vector is nearest, by cosine, to
c - a + b. As usual, the three vectors have length 1. Fewer words compete than in the full file.

Where the slide is silent, we assume: names have a capital, as most names in GoogleNews, and tokio is Tokyo. It has
question marks where we have beer and sausage; Mikolov et al. (2013) print bratwurst for sushi, which has no row.
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.recipe import Measurement, NotAttempted
from data_pipelines.dataset import Fold
from data_pipelines.datasets.vectors import GOOGLE_NEWS_ROWS, listed_words
from results.metrics import VALUE


class Analogy(NamedTuple):
    """The words of a - b = c - d, where the last one is looked for."""

    a: str
    b: str
    c: str
    d: str


ANALOGIES = {
    "king - queen = man - woman, place of queen": Analogy("man", "king", "woman", "queen"),  # the same equation
    "japan - tokio = germany - berlin, place of Berlin": Analogy("Japan", "Tokyo", "Germany", "Berlin"),
    "japan - tokio = france - paris, place of Paris": Analogy("Japan", "Tokyo", "France", "Paris"),
    "italy - wine = germany - ?, place of beer": Analogy("Italy", "wine", "Germany", "beer"),
    "japan - sushi = germany - ?, place of sausage": Analogy("Japan", "sushi", "Germany", "sausage"),
    "Rome : Italy = Berlin : ?, place of Germany": Analogy("Rome", "Italy", "Berlin", "Germany"),
}


def analogy(words: Analogy) -> Measurement | NotAttempted:
    """Return the measurement of a claim, or which words have no row."""
    if missing := [word for word in words if word not in listed_words()]:
        return NotAttempted(f"{' and '.join(missing)} not among the 31,530 words of GoogleNews that we have")
    measure = partial(place, words=words)
    return Measurement(dataset=GOOGLE_NEWS_ROWS, measure=measure, metrics=(VALUE,))


def place(fold: Fold, seed: int, *, words: Analogy) -> Mapping[str, float]:
    """Return the place of the last word among all words but the others, nearest first.

    Raises ValueError if the fold has no vectors.
    """
    if fold.vectors is None:
        raise ValueError("The fold has no vectors.")
    rows = {word: row for row, word in enumerate(fold.vocabulary)}
    vectors = fold.vectors / np.linalg.norm(fold.vectors, axis=1, keepdims=True)
    a, b, c, d = (rows[word] for word in words)
    cosines = vectors @ (vectors[c] - vectors[a] + vectors[b])
    cosines[[a, b, c]] = -np.inf
    return {VALUE.name: 1.0 + np.count_nonzero(cosines > cosines[d])}
