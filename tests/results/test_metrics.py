"""Metrics by hand."""

import numpy as np
import pytest

from results.metrics import (
    error,
    mean_square,
    mistakes,
    perplexity,
    rejected,
    top_five_error,
    unchanged,
    unweighted_accuracy,
)

SCORES = np.array([[3.0, 0.0], [0.2, 0.1], [0.0, 1.0], [0.0, 0.5]])
RIGHT = np.array([0, 1, 1, 0])  # the second is wrong by a gap of 0.1, the fourth by 0.5


def test_errors_and_squares_by_hand():
    assert (error(RIGHT, SCORES), mistakes(RIGHT, SCORES)) == (50, 2)
    assert (error(np.array([0, 0, 1, 0]), SCORES), mistakes(np.array([0, 0, 1, 0]), SCORES)) == (25, 1)
    assert mean_square(np.array([0]), np.array([[0.5, -0.5, 0.0]])) == pytest.approx((0.25 + 0.25 + 1) / 3)
    assert np.isnan(mistakes(RIGHT, SCORES * np.nan))


def test_the_least_certain_are_rejected_first():
    assert rejected(RIGHT, SCORES, error=1.0) == 50  # gaps: 3, 1, then the wrong 0.5 and 0.1
    assert rejected(RIGHT, SCORES, error=34.0) == 25  # one wrong of three
    assert rejected(RIGHT, SCORES, error=50.0) == 0
    assert rejected(1 - RIGHT[:1], SCORES[:1], error=1.0) == 100


def test_unweighted_accuracy_is_the_mean_over_the_classes_present():
    labels, predictions = np.array([0, 0, 0, 0, 2]), np.array([0, 0, 0, 1, 1])
    assert unweighted_accuracy(labels, predictions) == (75 + 0) / 2


def test_unchanged_predictions_compare_both_halves_whatever_the_labels():
    moved = SCORES[[0, 2, 2, 2]]
    assert unchanged(RIGHT, np.concatenate([SCORES, moved])) == 75
    assert unchanged(1 - RIGHT, np.concatenate([SCORES, SCORES])) == 100
    assert np.isnan(unchanged(RIGHT, np.concatenate([SCORES * np.nan, moved])))


def test_perplexity_of_a_die():
    assert perplexity(np.zeros(10), np.full(10, np.log(1 / 6))) == pytest.approx(6)


def test_one_of_the_five_best_is_enough_for_the_top_5_error():
    scores = np.array([[6, 5, 4, 3, 2, 1], [6, 5, 4, 3, 2, 1], [1, 6, 5, 4, 3, 2.0]])
    assert top_five_error(np.array([4, 5, 0]), scores) == pytest.approx(200 / 3)
    assert top_five_error(np.array([2, 0]), np.eye(3)[:2]) == 0  # fewer than six classes
    assert np.isnan(top_five_error(np.array([0]), np.full((1, 6), np.nan)))
    assert np.isnan(top_five_error(np.array([0]), np.array([0])))  # classes alone do not say
