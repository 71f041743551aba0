"""The metrics that tables report."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import NamedTuple

import numpy as np


class Metric(NamedTuple):
    """A named metric; `better` is "higher", "lower", or "exact" where only equality counts.

    `part` is the data it is computed on: "test", "training", or the name of a view of the test part.
    """

    name: str
    unit: str
    better: str
    compute: Callable[[np.ndarray, np.ndarray], float] | None = None  # (labels, predictions) -> value
    part: str = "test"

    @property
    def title(self) -> str:
        """Return the name with its unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def range(self) -> tuple[float, float]:
        """Return the least and the largest possible value."""
        if self.unit == "%":
            return 0.0, 100.0
        if self.better == "exact":
            return -inf, inf
        return RANGES.get(self.name, (0.0, inf))


RANGES = {"rank correlation": (-1.0, 1.0), "test perplexity": (1.0, inf)}


def score(metric: Metric, labels: np.ndarray, predictions: np.ndarray) -> float:
    """Return the metric of predictions; NaN if it cannot be computed from them."""
    return metric.compute(labels, predictions) if metric.compute else float("nan")


def predicted_classes(scores: np.ndarray) -> np.ndarray:
    """Return the class with the largest score in each row of (rows, classes); classes, (rows,), pass unchanged."""
    return scores if scores.ndim == 1 else scores.argmax(axis=1)


def accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the percentage of rows whose predicted class is the label, (rows,).

    `scores` is (rows, classes), or predicted classes, (rows,). Returns NaN if a score is not finite.
    """
    if not np.isfinite(scores).all():
        return float("nan")
    return float(100 * np.mean(predicted_classes(scores) == labels))


def unweighted_accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the unweighted average recall in %: the mean over the classes present of the accuracy within each.

    Returns NaN if a score is not finite.
    """
    return float(
        np.mean([accuracy(labels[labels == label], scores[labels == label]) for label in np.unique(labels)])
    )


def error(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the percentage of rows whose predicted class is not the label; NaN if a score is not finite."""
    return 100 - accuracy(labels, scores)


def top_five_error(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the percentage of rows whose label is not among the five largest of (rows, classes).

    Returns NaN if a score is not finite, and of classes alone, (rows,).
    """
    if scores.ndim == 1 or not np.isfinite(scores).all():
        return float("nan")
    best = np.argpartition(-scores, min(5, scores.shape[1]) - 1, axis=1)[:, :5]
    return float(100 * np.mean((best != labels[:, None]).all(axis=1)))


def mistakes(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the number of rows whose predicted class is not the label; NaN if a score is not finite."""
    return round(error(labels, scores) * len(labels) / 100) if np.isfinite(scores).all() else float("nan")


def mean_square(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the mean squared error of scores, (rows, classes), against targets: 1 at the label, -1 elsewhere."""
    targets = np.where(np.arange(scores.shape[1]) == labels[:, None], 1.0, -1.0)
    return float(np.mean((scores - targets) ** 2))


def rejected(labels: np.ndarray, scores: np.ndarray, *, error: float) -> float:
    """Return the percentage of rows to reject so that the error on the rest is at most `error` %.

    Rows with the smallest gap between their two largest scores are rejected first.
    """
    two = np.sort(scores, axis=1)[:, -2:]
    surest_first = np.argsort(two[:, 0] - two[:, 1], kind="stable")
    wrong = np.cumsum((scores.argmax(axis=1) != labels)[surest_first])
    allowed = np.flatnonzero(100 * wrong <= error * np.arange(1, len(labels) + 1))
    return 100 * (1 - (allowed[-1] + 1 if len(allowed) else 0) / len(labels))


def unchanged(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the percentage of rows whose predicted class is the same in both halves of the scores.

    `scores` is (2 rows, classes): of all rows, then of the same rows changed. Returns NaN if one is not finite.
    """
    first, second = np.split(scores, 2)
    return accuracy(predicted_classes(first), second) if np.isfinite(first).all() else float("nan")


def perplexity(labels: np.ndarray, log_probabilities: np.ndarray) -> float:
    """Return e to the mean negative log-likelihood, from the log-probabilities of the correct words."""
    return float(np.exp(-np.mean(log_probabilities, dtype="float64")))


def classifies(metric: Metric) -> bool:
    """Return whether a metric compares predicted classes with labels."""
    return metric.compute in (accuracy, unweighted_accuracy, error, mistakes)


def error_on(view: str) -> Metric:
    """Return the test error on a view of the test part as a metric."""
    return Metric(f"test error, {view}", "%", "lower", error, view)


ACCURACY = Metric("test accuracy", "%", "higher", accuracy)
UNWEIGHTED_ACCURACY = Metric("unweighted test accuracy", "%", "higher", unweighted_accuracy)
LOWEST_ACCURACY = Metric("lowest test accuracy", "%", "higher")  # over an unknown number of runs
HIGHEST_ACCURACY = Metric("highest test accuracy", "%", "higher")
TEST_ERROR = Metric("test error", "%", "lower", error)
TOP_FIVE_ERROR = Metric("top-5 test error", "%", "lower", top_five_error)  # of papers that bring it
TRAINING_ERROR = Metric("training error", "%", "lower", error, "training")
TEST_MISTAKES = Metric("test mistakes", "", "lower", mistakes)
TRAINING_MISTAKES = Metric("training mistakes", "", "lower", mistakes, "training")
TEST_SQUARES = Metric("test mean square", "", "lower", mean_square)
TRAINING_SQUARES = Metric("training mean square", "", "lower", mean_square, "training")
SHIFTED_ACCURACY = Metric("test accuracy, shifted", "%", "higher", accuracy, "shifted")
UNCHANGED = Metric("unchanged predictions", "%", "higher", unchanged, "unshifted and shifted")
PERPLEXITY = Metric("test perplexity", "", "lower", perplexity)
REJECTED = Metric("rejected for 1 % error", "%", "lower", partial(rejected, error=1.0))
VIEWS = {  # of test images: the kind of change, and its size
    **{f"shifted by {pixels}": ("shift", float(pixels)) for pixels in (1, 2, 3, 4, 6)},
    **{f"turned by {degrees}": ("rotation", float(degrees)) for degrees in (10, 20, 30, 45, 60)},
    **{f"scaled by {factor}": ("scale", factor) for factor in (0.5, 0.7, 0.85, 1.15, 1.3)},
}
VALUE = Metric("value", "", "exact")
EQUAL_ENTRIES = Metric("equal entries", "", "exact")
EPOCH_SECONDS = Metric("seconds of an epoch", "s", "lower")
CORRELATION = Metric("rank correlation", "", "higher")

METRICS = {
    metric.name: metric
    for metric in (
        *(ACCURACY, TEST_ERROR, TRAINING_ERROR, TEST_MISTAKES, TRAINING_MISTAKES, TEST_SQUARES, TRAINING_SQUARES),
        *(UNWEIGHTED_ACCURACY, LOWEST_ACCURACY, HIGHEST_ACCURACY),
        *(REJECTED, PERPLEXITY, VALUE, EQUAL_ENTRIES, CORRELATION, EPOCH_SECONDS),
        *(error_on(view) for view in VIEWS),
    )
}
