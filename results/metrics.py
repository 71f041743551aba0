"""The measures that tables report."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Metric(NamedTuple):
    """A named measure; `better` is "higher" or "lower", or "exact" where only equality counts."""

    name: str
    unit: str
    better: str
    compute: Callable[[np.ndarray, np.ndarray], float] | None = None  # (labels, predictions) -> value


def accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the percentage of rows whose largest score, (rows, classes), is at the label, (rows,).

    NaN when a score is no number.
    """
    if not np.isfinite(scores).all():
        return float("nan")
    return float(100 * np.mean(scores.argmax(axis=1) == labels))


ACCURACY = Metric("test accuracy", "%", "higher", accuracy)
VALUE = Metric("value", "", "exact")
EQUAL_ENTRIES = Metric("equal entries", "", "exact")
CORRELATION = Metric("rank correlation", "", "higher")

METRICS = {metric.name: metric for metric in (ACCURACY, VALUE, EQUAL_ENTRIES, CORRELATION)}
