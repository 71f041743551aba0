"""Classifiers of LeCun (1998) that are not networks, and a study of ours of the number of prototypes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.recipe import Measurement
from data_pipelines.dataset import Fold
from data_pipelines.datasets.mnist import MNIST
from models.classic_classifiers import nearest_neighbours, pairwise_linear, quadratic
from results.metrics import TEST_ERROR

CLASSIFIERS: dict[str, Callable[..., np.ndarray]] = {
    "K-NN Euclidean": partial(nearest_neighbours, neighbours=3),
    "pairwise linear": partial(pairwise_linear, decay=1.0),
    "40 PCA + quadratic": partial(quadratic, components=40, decay=1.0),
}


def classifier(fit: Callable[..., np.ndarray], **settings: Any) -> Measurement:
    """Return the measurement of a classifier."""
    measure = partial(classifier_predictions, fit=fit, **settings)
    return Measurement(dataset=MNIST, measure=measure, metrics=(TEST_ERROR,))


def classifier_predictions(
    fold: Fold,
    seed: int,
    *,
    fit: Callable[..., np.ndarray],
    prepared: Callable | None,
    first: int | None = None,
) -> np.ndarray:
    """Return the test predictions of a classifier fit to the first training digits, or to all: (examples,)."""
    x, y, test = fold.train.x[:first], fold.train.y[:first], fold.test.x
    if prepared:
        x, test = prepared(x), prepared(test)
    return fit(x.reshape(len(x), -1), y, test.reshape(len(test), -1))
