"""MNB and NBSVM against the formulas of Wang & Manning (2012), on documents small enough to check by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from models.naive_bayes import multinomial, n_grams, predicted, ratio_machine

#                     a  b  c
FEATURES = np.array([[1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 1, 1]], float)
LABELS = np.array([1, 1, 0, 0])


def log_ratio() -> np.ndarray:
    """Return r by hand: p = 1 + (2, 1, 1) and q = 1 + (1, 1, 1), each divided by its sum."""
    return np.log(np.array([3, 2, 2]) / 7) - np.log(np.array([2, 2, 2]) / 6)


def test_naive_bayes_is_the_log_ratio():
    rows = np.array([[1, 0, 0], [0, 1, 1], [0, 1, 0], [1, 1, 1]], float)
    expected = (rows @ log_ratio() + np.log(2 / 2) > 0).astype(int)
    assert multinomial(csr_matrix(FEATURES), LABELS)(rows).tolist() == expected.tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize("beta", [0.0, 0.25, 1.0])
def test_the_ratio_machine_interpolates_weights_and_threshold(beta):
    features, labels = np.vstack([FEATURES, [[0, 0, 1]]]), np.array([1, 1, 0, 0, 0])
    ratio = np.log(np.array([3, 2, 2]) / 7) - np.log(np.array([2, 2, 3]) / 7)
    machine = LinearSVC(C=1.0, random_state=0).fit(features * ratio, labels)
    weights, mean = machine.coef_[0], np.abs(machine.coef_[0]).mean()
    rows = np.random.default_rng(0).normal(0, 3, (50, 3))
    scores = (rows * ratio) @ ((1 - beta) * mean + beta * weights)
    scores += (1 - beta) * mean * np.log(2 / 3) + beta * machine.intercept_[0]
    found = ratio_machine(csr_matrix(features), labels, interpolation=beta)(rows)
    assert found.tolist() == (scores > 0).astype(int).tolist()
    assert 0 < found.sum() < 50


def test_bigrams_have_marks_at_both_ends_and_unigrams_have_none():
    first, *_ = n_grams(["a"])
    assert first == "a" and len(n_grams(["a"])) == 3
    assert len(n_grams(["a", "b"])) == 2 + 3 and "a b" in n_grams(["a", "b"])
    assert len(n_grams([])) == 1
    train, labels = [["good", "film"], ["film", "good"]] * 3, np.array([0, 1] * 3)
    for fit in (multinomial, ratio_machine):  # the word at the end decides
        assert predicted(fit, train, labels, [["a", "good"], ["a", "film"]]).tolist() == [1, 0]


def test_a_bigram_decides_where_unigrams_cannot():
    train = [["not", "good"], ["good", "not"]] * 3
    labels = np.array([0, 1] * 3)
    for fit in (multinomial, ratio_machine):
        assert predicted(fit, train, labels, [["good", "not"], ["not", "good"], ["new"]])[:2].tolist() == [1, 0]
