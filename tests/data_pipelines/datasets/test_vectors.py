"""GoogleNews: its listed words, its words, and the facts of Kim (2014), table 1, on the real files."""

import numpy as np
import pytest

from data_pipelines.datasets.sentences import TREC
from data_pipelines.datasets.vectors import (
    ANALOGOUS,
    GOOGLE_NEWS_ROWS,
    LISTED_FILE,
    listed_words,
    with_rows,
    with_vocabulary,
)
from data_pipelines.download import check, fetch


def test_the_list_is_whole():
    check(fetch(LISTED_FILE), LISTED_FILE)
    assert len(listed_words()) == 31_530
    assert {"king", "Italy", "sushi"} < listed_words()
    assert not {"Berlin", "Rome", "bratwurst", ""} & listed_words()


def test_the_rows_of_a_lookalike(tmp_path):
    fold = GOOGLE_NEWS_ROWS.load(GOOGLE_NEWS_ROWS.lookalike(tmp_path), 0, 0)
    assert fold.vocabulary == tuple(ANALOGOUS)
    assert fold.vectors.shape == (len(ANALOGOUS), 300) and np.isfinite(fold.vectors).all()


def test_the_real_rows_are_those_of_the_list(real):
    fold = real(GOOGLE_NEWS_ROWS)
    assert "\n".join((*fold.vocabulary, "")) == fetch(LISTED_FILE).read_text("utf-8")
    assert not (fold.vectors.view("uint32") & 0xFFFF).any()  # GoogleNews has eight bits of each mantissa


@pytest.mark.slow
def test_known_words_and_tokens_of_trec(real):
    """|V_pre| as printed, and the share of the known tokens that have a row."""
    fold, rows = real(with_vocabulary(TREC)), real(with_rows(TREC))
    is_known, has_row = (~np.isnan(found.vectors[:, 0]) for found in (fold, rows))
    tokens = np.concatenate([fold.train.x, fold.test.x])
    counts = np.bincount(tokens[tokens > 0], minlength=len(is_known) + 1)[1:]
    assert is_known.sum() == 9125
    assert not (has_row & ~is_known).any()
    assert round(100 * counts[has_row].sum() / counts[is_known].sum(), 1) == 87.4
