"""What is known of the numbers of a table: each as it was printed, and what it was computed from."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from results.metrics import Metric

Key = TypeVar("Key", bound=Hashable)

# Rows and columns of numbers that are computed from others.
AVERAGE = {"average", "avg", "avg.", "mean", "macro average", "macro avg", "unweighted average"}
LEAST, MOST = {"min", "minimum", "lowest", "least", "worst run"}, {"max", "maximum", "highest", "most", "best run"}
TOTAL = {"total", "sum"}
WHOLE = {"all", "whole", "overall", "total", "everything"}
DIFFERENCE = {"difference", "diff", "diff.", "gain", "improvement", "delta", "δ"}
ROUGH_UNITS = ("thousand", "million", "billion", "%")  # of numbers that are rounded to whole ones
SPECIAL = AVERAGE | LEAST | MOST | TOTAL | DIFFERENCE


class Printed(NamedTuple):
    """A printed number: whatever was rounded to it lies within half a unit of its last digit."""

    value: Fraction
    half: Fraction  # of a unit of the last digit
    low: Fraction
    high: Fraction
    text: str


def printed(text: str) -> Printed:
    """Return a number with its digits. Raises decimal.InvalidOperation for a text that is none."""
    number = Decimal(text)
    exponent = int(number.as_tuple().exponent)
    value, half = Fraction(number), Fraction(1, 2 * 10 ** max(-exponent, 0))
    return Printed(value, half, value - half, value + half, text)


@dataclass(frozen=True)
class Entry:
    """One number of a table. What is None is not known; then the checks that need it are left out."""

    table: str
    row: str
    column: str
    metric: Metric
    number: Printed
    whole: int = 100  # the largest value of a share: 100 for per cents, 1 for fractions
    test_examples: int | None = None  # over all folds
    folds: int = 1
    runs: int | None = 1  # of which the number is the average
    deviation: Printed | None = None  # of the runs; of the folds of one cross-validation where there is one run
    is_plus_minus: bool = False  # it stood behind the number: it may be a standard error
    least: Printed | None = None  # of the runs
    most: Printed | None = None
    is_best: bool = False  # it is marked as the best of its column

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.table, self.row, self.column, self.metric.name

    @property
    def is_share(self) -> bool:
        """Return whether the number is a share of something, so that it lies between 0 and `whole`."""
        return self.metric.unit == "%"

    @property
    def is_exact(self) -> bool:
        """Return whether the number counts something one by one."""
        name = f"{self.metric.name} {self.row} {self.column}".casefold()
        is_counted = self.metric.better == "exact" or "mistakes" in name
        return is_counted and "." not in self.number.text and not any(unit in name for unit in ROUGH_UNITS)

    @property
    def low(self) -> Fraction:
        """Return the least number that is printed so."""
        return self.number.value if self.is_exact else self.number.low

    @property
    def high(self) -> Fraction:
        """Return the largest number that is printed so."""
        return self.number.value if self.is_exact else self.number.high

    @property
    def is_computed(self) -> bool:
        """Return whether the number is an average, a total or the like of others."""
        return any(name.casefold().strip() in SPECIAL for name in (self.row, self.column))

    @property
    def is_difference(self) -> bool:
        """Return whether the number is a difference of others, so that it may be negative."""
        return any(name.casefold().strip() in DIFFERENCE for name in (self.row, self.column))

    @property
    def samples(self) -> int | None:
        """Return how many values have the printed deviation."""
        return self.folds if self.runs == 1 and self.folds > 1 else self.runs


def grouped(entries: Iterable[Entry], key: Callable[[Entry], Key]) -> dict[Key, list[Entry]]:
    """Return entries by a key, in their order."""
    found: dict[Key, list[Entry]] = {}
    for entry in entries:
        found.setdefault(key(entry), []).append(entry)
    return found
