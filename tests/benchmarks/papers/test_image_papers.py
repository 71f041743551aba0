"""What the image papers compute around their networks: measures, schedules, changed digits, other classifiers."""

import numpy as np
import pytest

from benchmarks.papers import cifar10, lecun1998
from data_pipelines.dataset import Fold, Split
from models.classic_classifiers import nearest_neighbours, pairwise_linear, quadratic
from results.metrics import error, mean_square, mistakes, rejected

SCORES = np.array([[3.0, 0.0], [0.2, 0.1], [0.0, 1.0], [0.0, 0.5]])
RIGHT = np.array([0, 1, 1, 0])  # the second, by a gap of 0.1, and the fourth, by 0.5, are wrong


def test_errors_and_squares_by_hand():
    assert (error(RIGHT, SCORES), mistakes(RIGHT, SCORES)) == (50, 2)
    assert mean_square(np.array([0]), np.array([[0.5, -0.5, 0.0]])) == pytest.approx((0.25 + 0.25 + 1) / 3)
    assert np.isnan(mistakes(RIGHT, SCORES * np.nan))


def test_as_few_as_needed_are_rejected_the_least_sure_first():
    assert rejected(RIGHT, SCORES, error=1.0) == 50  # gaps: 3, 1, then the wrong 0.5 and 0.1
    assert rejected(RIGHT, SCORES, error=34.0) == 25  # one wrong of three
    assert rejected(RIGHT, SCORES, error=50.0) == 0
    assert rejected(1 - RIGHT[:1], SCORES[:1], error=1.0) == 100


def test_the_rate_falls_after_the_passes_that_it_should():
    shares = ((2, 1.0), (5, 0.4), (20, 0.1))
    optimizer = lecun1998.falling(rate=0.5, momentum=0.9, steps=10, shares=shares)
    rates = [float(optimizer._learning_rate(step)) for step in (0, 20, 21, 50, 51, 300)]
    assert rates == pytest.approx([0.5, 0.5, 0.2, 0.2, 0.05, 0.05])
    two = cifar10.falling(rate=0.001, momentum=0.9, bias_factor=2.0, steps=10, ends=(3, 4))
    assert [float(two._learning_rate(step)) for step in (30, 31, 41)] == pytest.approx([1e-3, 1e-4, 1e-5])


def test_digits_are_moved_turned_and_resized_in_turn():
    x = np.zeros((4, 9, 9, 1), "float32")
    x[:, 4, 6] = 1
    places = [tuple(np.argwhere(image[..., 0] > 0.5)[0]) for image in lecun1998.moved(x, amount=2.0)]
    assert places == [(2, 6), (6, 6), (4, 4), (4, 8)]
    places = [tuple(np.argwhere(image[..., 0] > 0.5)[0]) for image in lecun1998.turned(x, amount=90.0)]
    assert places == [(2, 4), (6, 4)] * 2
    assert lecun1998.resized(x, amount=2.0)[0, 4, 8, 0] == 1
    np.testing.assert_array_equal(lecun1998.VIEW_FUNCTIONS["shifted by 2"](x), lecun1998.moved(x, amount=2.0))


def test_the_mean_training_image_is_taken_off_both_parts():
    x = np.random.default_rng(0).integers(0, 256, (6, 2, 2, 3)).astype("u1")
    fold = Fold(Split(x[:4], np.zeros(4)), None, Split(x[4:], np.zeros(2)))
    centred = cifar10.centred(fold, np.random.default_rng(0), scale=0.5)
    np.testing.assert_allclose(centred.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(centred.test.x, 0.5 * (x[4:] - x[:4].mean(axis=0)), rtol=1e-5)
    assert centred.test.x.dtype == np.float32


def test_other_classifiers_learn_what_they_can():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = np.stack([np.cos(2.1 * y), np.sin(2.1 * y), 0 * y], axis=1) + rng.normal(0, 0.2, (300, 3))
    train, test = slice(0, 200), slice(200, 300)
    near = nearest_neighbours(x[train], y[train], x[test], neighbours=3)
    votes = pairwise_linear(x[train], y[train], x[test], decay=1.0)
    assert np.mean(near == y[test]) > 0.95
    assert np.mean(votes == y[test]) > 0.95
    ring = (np.hypot(x[:, 0], x[:, 1]) > 1).astype(int)  # no line parts it, a polynomial of degree 2 does
    assert np.mean(quadratic(x[train], ring[train], x[test], components=2, decay=1.0) == ring[test]) > 0.9
    assert np.mean(pairwise_linear(x[train], ring[train], x[test], decay=1.0) == ring[test]) < 0.8
