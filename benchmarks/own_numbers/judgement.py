"""Somebody's numbers for one cell, compared with the published value and with our runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

import numpy as np

from benchmarks.own_numbers.reference import Reference, reference
from results.comparison import welch
from results.ledger import ResultsError
from results.metrics import classifies
from results.published import Cell
from results.records import JobKey, RunRecord
from results.tables import exact
from results.verdicts import ROUNDING, Interval, Verdict, one_more_run
from results.verdicts import judge as judge_records

LARGEST = 1e100  # the square of a larger one may overflow


@dataclass(frozen=True)
class Judgement:
    """Numbers of somebody's own, each of one run, and what they are compared with."""

    values: tuple[float, ...]
    known: Reference
    rule: Verdict | None  # the project's rule, on these values as runs; None without a protocol

    @property
    def cell(self) -> Cell:
        """Return the published cell."""
        return self.known.cell

    @property
    def mean(self) -> float:
        """Return the mean of the values."""
        return fmean(self.values)

    @property
    def deviation(self) -> float | None:
        """Return the standard deviation of the values; None for one."""
        return stdev(self.values) if len(self.values) > 1 else None

    @property
    def is_within_margin(self) -> bool | None:
        """Return whether the mean is within the margin of the published value; None without one."""
        if self.cell.value is None or self.cell.margin is None:
            return None
        return abs(self.mean - self.cell.value) <= self.cell.margin + ROUNDING

    @property
    def prediction(self) -> Interval | None:
        """Return where one more run of ours would fall in 95 of 100 cases; None for fewer than two of ours."""
        return one_more_run(self.known.ours)

    @property
    def sides(self) -> tuple[int, ...]:
        """Return for each value -1 below the prediction interval, 0 inside, 1 above; nothing without one."""
        if self.prediction is None:
            return ()
        low, high = self.prediction
        return tuple((value > high + ROUNDING) - (value < low - ROUNDING) for value in self.values)

    @property
    def p_value(self) -> float | None:
        """Return the p-value of Welch's test that the values and our runs have one mean; None for too few."""
        return welch(self.values, self.known.ours.units)

    @property
    def hint(self) -> str:
        """Return a mistake that would explain a value beyond the margin; nothing where none is seen."""
        cell, other = self.cell, 100 - self.mean
        is_share = cell.metric.unit == "%" and classifies(cell.metric)
        if not is_share or self.is_within_margin is not False or not self._is_near(other):
            return ""
        given = "an error, where an accuracy" if cell.metric.better == "higher" else "an accuracy, where an error"
        return (
            f"100 less yours is {exact(round(other, 9))}, near the published value: is yours {given} is expected?"
        )

    def _is_near(self, value: float) -> bool:
        return abs(value - (self.cell.value or 0.0)) <= (self.cell.margin or 0.0) + ROUNDING


def judge(
    paper: str,
    values: float | Sequence[float],
    *,
    table: str | None = None,
    row: str | None = None,
    column: str | None = None,
    metric: str | None = None,
    results: Path | None = None,
) -> Judgement:
    """Judge your own numbers for a cell, one a run, against the published value and our runs.

    A run is one pass of the paper's protocol: a seed on a fixed split, or the mean over a whole cross-validation.
    `results` is the folder of our records. Raises UnknownName for names that do not lead to one cell, and
    ResultsError for values that can't be numbers of its metric.
    """
    known = reference(paper, table=table, row=row, column=column, metric=metric, results=results)
    return compared(known, np.atleast_1d(values))


def compared(known: Reference, values: Iterable[float]) -> Judgement:
    """Compare values, one a run, with what is known about a cell. Raises ResultsError for impossible ones."""
    try:
        values = tuple(map(float, values))
    except (TypeError, ValueError) as error:
        raise ResultsError(f"The values are {values!r}. Expected a number, or several.") from error
    _check(known, values)
    return Judgement(values, known, _by_rule(known, values))


def _check(known: Reference, values: tuple[float, ...]) -> None:
    metric, expected = known.cell.metric, known.cell.value
    if not values:
        raise ResultsError("There is no value. Expected one or more, each of one run.")
    low, high = metric.range
    for value in values:
        if not abs(value) < LARGEST or not low <= value <= high:
            limits = f"a finite number from {exact(low)} to {exact(high)}"
            raise ResultsError(f"The value {exact(value)} can't be a {metric.title}. Expected {limits}.")
    expected = known.ours.mean if expected is None else expected
    if metric.unit == "%" and expected is not None and (found := _fractions(values, expected)):
        meant = ", ".join(exact(round(100 * value, 9)) for value in found)
        verb = "is among" if len(found) == 1 else "are among"
        raise ResultsError(
            f"The metric is {metric.title}, and {', '.join(map(exact, found))} {verb} the values. Did you mean "
            f"{meant}? Give per cents."
        )


def _fractions(values: Sequence[float], expected: float) -> list[float]:
    """Return the values of at most 1 that are nearer to what is expected as per cents; errors may be below 1 %."""
    return [value for value in values if value <= 1 and abs(100 * value - expected) < abs(value - expected)]


def _by_rule(known: Reference, values: Sequence[float]) -> Verdict | None:
    """Return the project's verdict on values; none on those that differ where ours has no randomness."""
    if known.protocol is None or known.cell.value is None or (known.is_fixed and len(set(values)) > 1):
        return None
    taken = values[:1] if known.is_fixed else values
    keys = [JobKey(*known.cell[:4], 0, seed, "", "", 1) for seed in range(len(taken))]
    name = known.cell.metric.name
    records = [RunRecord(key, {name: value}) for key, value in zip(keys, taken, strict=True)]
    return judge_records(known.cell, records, folds=1, runs=known.protocol.runs)
