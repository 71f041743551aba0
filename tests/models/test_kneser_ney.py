"""Kneser-Ney models by hand, as distributions, and on the Penn Treebank."""

import numpy as np
import pytest

from data_pipelines.datasets.penn_treebank import END as END_OF_SENTENCE
from data_pipelines.datasets.penn_treebank import PTB
from models.kneser_ney import KneserNey

A, B, END, C = 0, 1, 2, 3  # c occurs in no text


def stream(text: str) -> np.ndarray:
    return np.array([{"a": A, "b": B, ".": END, "c": C}[letter] for letter in text])


def test_bigrams_with_one_discount_by_hand():
    """ "a b . a b . a a ." has five bigrams: <s>a occurs 3 times, ab and b. twice, aa and a. once."""
    model = KneserNey(stream("ab.ab.aa."), words=4, end=END, order=2, modified=False)
    # unigrams count predecessors: a 2 (<s>, a), b 1 (a), . 2 (b, a); their discount is 1 / (1 + 2 * 2)
    low = {word: max(n - 0.2, 0) / 5 + 3 * 0.2 / 5 / 4 for word, n in ((A, 2), (B, 1), (END, 2), (C, 0))}
    discount = 2 / (2 + 2 * 2)
    after_a = [(2 - discount) / 4 + 3 * discount / 4 * low[B], (1 - discount) / 4 + 3 * discount / 4 * low[END]]
    after_start = (3 - discount) / 3 + discount / 3 * low[A]
    after_b = (2 - discount) / 2 + discount / 2 * low[END]
    np.testing.assert_allclose(
        model.probabilities(stream("ab.a.")), [after_start, after_a[0], after_b, after_start, after_a[1]]
    )
    np.testing.assert_allclose(model.probabilities(stream("c."))[1], low[END])  # an unknown context


@pytest.mark.parametrize("modified", [True, False])
def test_probabilities_of_all_words_add_up_to_one(modified):
    words, end = 60, 0
    shares = 1 / np.arange(1, words)
    tokens = np.random.default_rng(0).choice(words - 1, 400, p=shares / shares.sum())  # never the last word
    model = KneserNey(np.append(tokens, end), words=words, end=end, order=4, modified=modified)
    for context in ([], [1], [1, 2], [3, 3, 3], [2, 1, 2, 4], [59], [59, 1, 2]):
        chances = [model.probabilities(np.array([*context, word]))[-1] for word in range(words)]
        assert min(chances) > 0
        assert sum(chances) == pytest.approx(1)


def test_sentences_are_independent():
    model = KneserNey(stream("ab.ba.aab.bb."), words=4, end=END, order=3)
    both = model.probabilities(stream("ab.ba."))
    np.testing.assert_array_equal(both[3:], model.probabilities(stream("ba.")))


def test_the_published_perplexity_of_the_penn_treebank(mirror):
    fold = PTB.load([mirror / file.name for file in PTB.files], 0, 0)
    model = KneserNey(fold.train.x - 1, words=10000, end=fold.vocabulary.index(END_OF_SENTENCE))
    perplexity = np.exp(-np.log(model.probabilities(fold.test.x - 1)).mean())
    assert perplexity == pytest.approx(141.2, abs=0.2)
