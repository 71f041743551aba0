"""The difference of two groups, with its standard error: Student's t gives intervals and tests."""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, variance
from typing import NamedTuple

Interval = tuple[float, float]
LEVEL = 0.05
ROUNDING = 1e-12  # spread below this share of the values is the computer's


class Estimate(NamedTuple):
    """A mean, or a difference of two, with its standard error and degrees of freedom."""

    value: float
    error: float
    freedom: float

    def interval(self, level: float) -> Interval:
        """Return the two-sided interval at a level such as 0.95."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return self.value - half, self.value + half

    def p_value(self) -> float:
        """Return the two-sided p-value that the true value is zero."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.freedom, -abs(self.value) / self.error))

    def p_equivalence(self, margin: float) -> float:
        """Return the larger p-value of the two one-sided tests that the true value is within a margin of zero.

        It is below 5 % where the 90 % interval is within the margin. Source: Schuirmann (1987).
        """
        from scipy.special import stdtr

        return float(stdtr(self.freedom, (abs(self.value) - margin) / self.error))

    def p_beyond(self, margin: float) -> float:
        """Return the p-value, of both tails, that the true value is within a margin of zero."""
        from scipy.special import stdtr

        tails = [(side * margin - abs(self.value)) / self.error for side in (1, -1)]
        return float(sum(stdtr(self.freedom, tails)))


def sign_test(pairs: int, difference: float) -> float:
    """Return the two-sided p-value of differences that are all equal: a test by their spread says nothing."""
    return 2.0 ** (1 - pairs) if difference else 1.0


def of_mean(values: Sequence[float], test_to_train: float = 0.0) -> Estimate | None:
    """Return the mean of some values, None for fewer than two or for values without spread.

    `test_to_train` is above zero for values from folds, which share training data: the ratio of test to training
    examples, by which Nadeau & Bengio (2003) correct the variance.
    """
    if len(values) < 2 or not _has_spread(values, values):
        return None
    error = math.sqrt((1 / len(values) + test_to_train) * variance(values))
    return Estimate(fmean(values), error, len(values) - 1)


def of_pairs(first: Sequence[float], second: Sequence[float], test_to_train: float = 0.0) -> Estimate | None:
    """Return the mean of second minus first; None where the differences have no spread, or are fewer than two."""
    differences = [other - one for one, other in zip(first, second, strict=True)]
    if len(differences) < 2 or not _has_spread(differences, [*first, *second]):
        return None
    error = math.sqrt((1 / len(differences) + test_to_train) * variance(differences))
    return Estimate(fmean(differences), error, len(differences) - 1)


def of_groups(first: Sequence[float], second: Sequence[float], test_to_train: float = 0.0) -> Estimate | None:
    """Return the difference of two means, second minus first, after Welch (1947); None where nothing varies.

    None, too, for a group of fewer than two values.
    """
    both = (first, second)
    if min(map(len, both)) < 2 or not any(_has_spread(values, values) for values in both):
        return None
    parts = [variance(values) * (1 / len(values) + test_to_train) for values in both]
    freedom = sum(parts) ** 2 / sum(part**2 / (len(v) - 1) for part, v in zip(parts, both, strict=True))
    return Estimate(fmean(second) - fmean(first), math.sqrt(sum(parts)), freedom)


def _has_spread(values: Sequence[float], among: Sequence[float]) -> bool:
    return not is_rounding(max(values) - min(values), among)


def is_rounding(value: float, among: Iterable[float]) -> bool:
    """Return whether a difference of some values is only that of their last digits in a computer."""
    return abs(value) <= ROUNDING * max(map(abs, among))
