"""Classifiers other than networks, on data that each can or cannot separate."""

import numpy as np

from models.classic_classifiers import gaussians, nearest_neighbours, pairwise_linear, quadratic


def test_classifiers_learn_what_their_form_allows():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = np.stack([np.cos(2.1 * y), np.sin(2.1 * y), 0 * y], axis=1) + rng.normal(0, 0.2, (300, 3))
    train, test = slice(0, 200), slice(200, 300)
    near = nearest_neighbours(x[train], y[train], x[test], neighbours=3)
    votes = pairwise_linear(x[train], y[train], x[test], decay=1.0)
    assert np.mean(near == y[test]) > 0.95
    assert np.mean(votes == y[test]) > 0.95
    ring = (np.hypot(x[:, 0], x[:, 1]) > 1).astype(int)  # separated by a polynomial of degree 2, by no line
    assert np.mean(quadratic(x[train], ring[train], x[test], components=2, decay=1.0) == ring[test]) > 0.9
    assert np.mean(pairwise_linear(x[train], ring[train], x[test], decay=1.0) == ring[test]) < 0.8


def test_gaussians_ignore_how_frequent_a_class_is():
    y = np.array([0] * 900 + [1] * 100)
    x = np.random.default_rng(0).normal(2.0 * y, 1.0)[:, None]
    assert gaussians(x, y, np.array([[0.8], [1.2]])).tolist() == [0, 1]
