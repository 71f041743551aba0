"""Batches of texts."""

from data_pipelines.text.batching import cut
from tests.support.texts import texts_of


def test_a_batch_is_cut_after_its_longest_text():
    assert cut(texts_of(30, 1, 700, 0)).shape == (4, 700)
