"""Kim, Jernite, Sontag & Rush (2016), Character-Aware Neural Language Models.

Source: AAAI 2016, arXiv 1508.06615, tables 1, 3 and 7; the authors' Torch code for the preparation of the text.
Margins: 0.2 of KN-5's perplexity, which has no randomness, 2 % of a network's; half a million of parameters, which
are printed in whole millions.

KN-5, as we read Chen & Goodman (1998): modified, interpolated, without cutoffs, the end of a sentence predicted,
sentences apart from each other, unigrams interpolated with one over the vocabulary.
"""

from functools import partial

import numpy as np

from benchmarks.recipe import Measurement, NotAttempted
from benchmarks.table import PaperTable
from data_pipelines.dataset import Fold
from data_pipelines.datasets.penn_treebank import END, PTB
from models.kneser_ney import KneserNey, perplexity
from results.metrics import PERPLEXITY, VALUE
from results.published import Cell

KNESER_NEY = {"KN-5 (Mikolov et al. 2012)": True, "KN-5, one discount": False}  # whether modified
WORD_MARKS = 3  # characters that the files lack: padding, start and end of a word


def recipe(cell: Cell) -> Measurement | NotAttempted:
    """Return how to earn a cell."""
    if cell.table == "1":
        return Measurement(dataset=PTB, measure=partial(count, what=cell.column), metrics=(VALUE,))
    if cell.row in KNESER_NEY and cell.metric == PERPLEXITY:
        measure = partial(kneser_ney, order=5, modified=KNESER_NEY[cell.row])
        return Measurement(dataset=PTB, measure=measure, metrics=(PERPLEXITY,))
    return NotAttempted("no recipe yet" if "LSTM" in cell.row + cell.column else "quoted by Kim et al. (2016)")


def kneser_ney(fold: Fold | None, seed: int, *, order: int, modified: bool) -> dict[str, float]:
    """Return the test perplexity of an n-gram model, over all tokens and ends of sentences."""
    if fold is None:
        raise ValueError("There is nothing to count without data.")
    end = fold.vocabulary.index(END)
    model = KneserNey(fold.train.x - 1, words=len(fold.vocabulary), end=end, order=order, modified=modified)
    return {PERPLEXITY.name: perplexity(model.probabilities(fold.test.x - 1))}


def count(fold: Fold | None, seed: int, *, what: str) -> dict[str, float]:
    """Count the words or characters of the vocabulary, or the tokens of a part."""
    if fold is None:
        raise ValueError("There is nothing to count without data.")
    if what in ("|V|", "|C|"):
        found = len(fold.vocabulary) if what == "|V|" else len(set("".join(fold.vocabulary))) + WORD_MARKS
    else:
        found = np.size(getattr(fold, what).y)
    return {VALUE.name: float(found)}


TITLE = "Kim et al. (2016), Character-Aware Neural Language Models"
TABLE = PaperTable("kim2016", TITLE, recipe)
