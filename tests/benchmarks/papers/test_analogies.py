"""The claims of lecture 000 on word vectors."""

import numpy as np
import pytest

from benchmarks.papers.lectures import TABLE
from benchmarks.papers.lectures.analogies import ANALOGIES, Analogy, analogy, place
from benchmarks.recipe import Measurement, NotAttempted
from data_pipelines.dataset import no_examples
from data_pipelines.datasets.vectors import ANALOGOUS, listed_words

WORDS = ("man", "woman", "king", "queen", "uncle", "aunt", "far")
VECTORS = np.array(
    [[1, 0, 0], [-1, 0, 0], [1, 1, 0], [-1, 1, 0], [1, 0, 1], [-1, 0, 1], [0, -3, -3]], "float32"
) + np.array([0, 0.1, 0.2], "float32")
FOLD = no_examples((), 0, 0)._replace(vocabulary=WORDS, vectors=VECTORS)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("man", "king", "woman", "queen"), 1),
        (("woman", "aunt", "man", "uncle"), 1),
        (("man", "king", "woman", "aunt"), 2),
        (("man", "king", "woman", "uncle"), 4),
    ],
)
def test_the_place_of_a_word_among_all_but_the_three(words, expected):
    assert place(FOLD, 0, words=Analogy(*words)) == {"value": expected}


def test_a_fold_without_vectors_is_refused():
    with pytest.raises(ValueError, match="no vectors"):
        place(FOLD._replace(vectors=None), 0, words=Analogy(*WORDS[:4]))


def test_a_word_without_a_row_is_named():
    missing = {
        row: made.reason for row, words in ANALOGIES.items() if isinstance(made := analogy(words), NotAttempted)
    }
    assert {row: reason.partition(" not ")[0] for row, reason in missing.items()} == {
        "japan - tokio = germany - berlin, place of Berlin": "Berlin",
        "Rome : Italy = Berlin : ?, place of Germany": "Rome and Berlin",
    }
    for row in ANALOGIES.keys() - missing.keys():
        assert set(ANALOGIES[row]) <= listed_words() & set(ANALOGOUS)


def test_a_printed_claim_has_place_1_and_every_claim_has_a_cell():
    cells = {cell.row: cell for cell in TABLE.cells("000") if cell.row in ANALOGIES}
    assert cells.keys() == ANALOGIES.keys()
    assert {cell.value for cell in cells.values()} == {1, None}
    for row, cell in cells.items():
        assert (cell.value is None) == ("?" in row or "france" in row)
        assert row.endswith(f", place of {ANALOGIES[row].d}")
        assert isinstance(TABLE.recipe(cell), Measurement | NotAttempted)
