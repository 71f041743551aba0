"""Numeric claims of five lectures on convolutional networks, recomputed from the inputs on the slides.

Source: lecture 000 (T. Vu, 2025), 001 (Deep Learning Techniques, CNN), 002 (P. Seegerer, 2019), 003 (M.
Silfverberg & H. Celikkanat, 2020), 004 (M. Cochez, Deep Learning, lecture 3).
Margins: the last printed digit. A matrix or a formula is one claim: the number of its entries that are as printed.
The column `quote` of the published table has the words of the slide that print it, as in the text of the lecture.
Where a sentence has two readings, each has a row. A row without a value is ours: no slide prints it.
The claims on word vectors, with their assumptions, are in `analogies.py`; they alone need data.
"""

from collections.abc import Callable, Mapping
from functools import partial

from benchmarks.papers.lectures import (
    lecture_000,
    lecture_001,
    lecture_002,
    lecture_003,
    lecture_004,
    lecture_004_sound,
)
from benchmarks.papers.lectures.analogies import ANALOGIES, analogy
from benchmarks.recipe import Measurement, NotAttempted
from benchmarks.table import Assumption, PaperTable
from data_pipelines.dataset import Fold
from results.published import Cell

CLAIMS: dict[str, Mapping[str, Callable[[], float]]] = {
    "000": lecture_000.CLAIMS,
    "001": lecture_001.CLAIMS,
    "002": lecture_002.CLAIMS,
    "003": lecture_003.CLAIMS,
    "004": {**lecture_004.CLAIMS, **lecture_004_sound.CLAIMS},
}


def recipe(cell: Cell) -> Measurement | NotAttempted:
    """Return the measurement that checks a claim."""
    if cell.row in ANALOGIES:
        return analogy(ANALOGIES[cell.row])
    claim = CLAIMS[cell.table][cell.row]
    measure = partial(check, claim, metric=cell.metric.name)
    return Measurement(measure=measure, metrics=(cell.metric,), needs_keras=True)


def check(claim: Callable[[], float], fold: Fold, seed: int, *, metric: str) -> Mapping[str, float]:
    """Return the computed number of a claim."""
    return {metric: float(claim())}


ASSUMPTIONS = (
    Assumption(
        "a picture that a slide takes from CS231n shows the numbers of that course's notes",
    ),
    Assumption(
        "filters are applied without flipping, as networks do",
    ),
    Assumption(
        "of an image with several sizes in the text, the one as large as its map",
    ),
    Assumption(
        "the errors of lecture 000 for ILSVRC-2012 are those that lecture 002 prints with five digits, in the "
        "same order",
    ),
    Assumption(
        "sizes from Kim (2016) are those of the paper, and filters that LeNet-5 has are of 5x5",
    ),
    Assumption(
        "where a slide prints only a formula, small numbers of our own replace its letters",
    ),
)
TABLE = PaperTable(
    "lectures", "Numeric claims of five lectures on convolutional networks", recipe, assumptions=ASSUMPTIONS
)
