"""Two groups of runs of one cell: a verdict on each, and a paired test of their difference."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean, variance
from typing import Any

from results.groups.estimate import Estimate, is_rounding, of_pairs, sign_test
from results.ledger import ResultsError
from results.published import Cell
from results.records import RunRecord
from results.tables import measured, published
from results.verdicts import LOOKS, Verdict, beyond, judge

LEVEL = 0.05
TOO_FEW = "too few pairs"
FEWEST_PAIRS = 3  # two equal differences would have no spread
SELECTORS: dict[str, Callable[[RunRecord, str], bool]] = {
    "backend": lambda record, text: record.key.backend == text,
    "commit": lambda record, text: record.commit.startswith(text),
    "device": lambda record, text: text.casefold() in record.device.casefold(),
    "date": lambda record, text: record.finished.startswith(text),
    "versions": lambda record, text: text in record.versions,
}


@dataclass(frozen=True)
class Comparison:
    """Two groups of runs of a cell; the difference is second minus first, over shared seeds and folds."""

    cell: Cell
    first: Verdict
    second: Verdict
    pairs: int
    difference: float | None = None
    estimate: Estimate | None = None  # of the difference; None for fewer than three pairs, or where all are equal
    is_deterministic: bool = False  # then any difference counts

    @property
    def p_value(self) -> float | None:
        """Return the two-sided p-value of no difference; None for fewer than three pairs.

        Equal differences have no spread to test by, so they have the p-value of the sign test.
        """
        if self.pairs < FEWEST_PAIRS:
            return None
        return self.estimate.p_value() if self.estimate else sign_test(self.pairs, self.difference or 0.0)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 90 % interval of the difference; None for fewer than three pairs."""
        if self.pairs < FEWEST_PAIRS or self.difference is None:
            return None
        return self.estimate.interval(0.9) if self.estimate else (self.difference, self.difference)

    @property
    def answer(self) -> str:
        """Return whether the second group is better or worse than the first at the 5 % level."""
        p_value = 0.0 if self.is_deterministic else self.p_value
        if self.difference is None or p_value is None:
            return TOO_FEW
        if p_value < LEVEL and self.difference != 0:
            return beyond(self.cell.metric.better, self.difference > 0).value
        return "equal" if self.is_deterministic else "no difference shown"


def as_data(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: numbers as numbers, None for what there is not."""
    return {
        **published(comparison.cell),
        "first": measured(comparison.first),
        "second": measured(comparison.second),
        "pairs": comparison.pairs,
        "difference": comparison.difference,
        "p": comparison.p_value,
        "second_is": comparison.answer,
    }


def select(records: Sequence[RunRecord], condition: str) -> list[RunRecord]:
    """Return the records that match a condition such as "backend=jax,date=2026-11"; "all" matches every record.

    Raises ResultsError if the condition has another form.
    """
    chosen = list(records)
    for part in condition.split(",") if condition != "all" else ():
        name, _, text = part.partition("=")
        if not text or name not in SELECTORS:
            known = ", ".join(f"{name}=..." for name in SELECTORS)
            raise ResultsError(f"Unknown condition {part!r}. Expected all, or one or more of {known}.")
        chosen = [record for record in chosen if SELECTORS[name](record, text)]
    return chosen


def conditions(condition: str) -> set[str]:
    """Return the names in a condition: "backend" and "date" for "backend=jax,date=2026-11"."""
    return {part.partition("=")[0] for part in condition.split(",")}


def compare(
    cell: Cell,
    first: Sequence[RunRecord],
    second: Sequence[RunRecord],
    *,
    folds: int,
    runs: int,
    test_to_train: float,
) -> Comparison:
    """Judge both groups and test their paired difference.

    Seeds on a fixed split get the paired t-test. Folds of a cross-validation share training data, so their
    variance is corrected by the method of Nadeau & Bengio (2003). `test_to_train` is the ratio of test to training
    examples, 0 for a fixed split.
    """
    one, other = ({(record.key, record.finished) for record in group} for group in (first, second))
    if shared := one & other:
        raise ResultsError(f"{len(shared)} run(s) of {cell.name} are in both groups. Choose disjoint groups.")
    values = [_by_seed_and_fold(group, cell.metric.name) for group in (first, second)]
    pairs = sorted(values[0].keys() & values[1].keys())
    before, after = ([group[pair] for pair in pairs] for group in values)
    difference = fmean(other - one for one, other in zip(before, after, strict=True)) if pairs else None
    if difference is not None and is_rounding(difference, [*before, *after]):
        difference = 0.0
    return Comparison(
        cell,
        judge(cell, first, folds=folds, runs=runs),
        judge(cell, second, folds=folds, runs=runs),
        len(pairs),
        difference,
        of_pairs(before, after, test_to_train) if len(pairs) >= FEWEST_PAIRS else None,
        is_deterministic=runs == 1,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values of a family of tests, corrected so that any false finding has 5 %, in the given order.

    Source: Holm (1979), A Simple Sequentially Rejective Multiple Test Procedure.
    """
    count = len(p_values)
    order = sorted(range(count), key=p_values.__getitem__)
    ascending = accumulate((min(1.0, (count - rank) * p_values[i]) for rank, i in enumerate(order)), max)
    found = dict(zip(order, ascending, strict=True))
    return [found[i] for i in range(count)]


def over_looks(p_value: float | None) -> float:
    """Return the p-value of a test that is made at every look, by Bonferroni; 1 where it is not made yet."""
    return 1.0 if p_value is None else min(1.0, len(LOOKS) * p_value)


def welch(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return the two-sided p-value that two groups have one mean, or None for a group of fewer than two values.

    Source: Welch (1947), with the degrees of freedom of Satterthwaite.
    """
    from scipy.special import stdtr

    if min(len(first), len(second)) < 2:
        return None
    parts = [variance(group) / len(group) for group in (first, second)]
    difference = fmean(first) - fmean(second)
    if sum(parts) == 0:
        return float(difference == 0)
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(group) - 1) for part, group in zip(parts, (first, second), strict=True)
    )
    return float(2 * stdtr(freedom, -abs(difference) / math.sqrt(sum(parts))))


def _by_seed_and_fold(records: Sequence[RunRecord], metric: str) -> Mapping[tuple[int, int], float]:
    """Return the latest value of each seed and fold. Raises ResultsError for several back ends."""
    backends = sorted({record.key.backend for record in records})
    if len(backends) > 1:
        raise ResultsError(f"A group has runs on {' and '.join(backends)}. Add backend=... to its condition.")
    return {(r.key.seed, r.key.fold): r.metrics[metric] for r in records if metric in r.metrics}
