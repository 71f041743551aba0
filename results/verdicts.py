"""Verdicts: is our number the published number, or is the difference noise?

A unit is one full pass of a paper's protocol: one seed on a fixed split, or one complete cross-validation,
averaged over its folds. The verdict is an equivalence test at 5 % on the mean of the units.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt
from statistics import fmean, stdev

from results.published import Cell
from results.records import RunRecord

MOST_RUNS_WORTH_NAMING = 1000
ROUNDING = 1e-9  # in binary, 2.9 - 2.85 exceeds 0.05


class Answer(StrEnum):
    """The possible answers of a verdict."""

    REPRODUCED = "reproduced"
    BETTER = "better"
    WORSE = "worse"
    DIFFERS = "differs"  # beyond the margin, in a metric without a better direction
    INCONCLUSIVE = "inconclusive"
    INCOMPLETE = "incomplete"
    MEASURED = "measured"  # nothing was published to compare with
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Verdict:
    """The answer for one cell, with the numbers behind it."""

    cell: Cell
    answer: Answer
    reason: str = ""
    units: tuple[float, ...] = ()
    mean: float | None = None
    deviation: float | None = None  # None for a single unit
    interval: tuple[float, float] | None = None  # 90 %, of the mean
    prediction: tuple[float, float] | None = None  # 95 %, of one more unit
    stale: str = ""  # why the records may not be those of today's code; empty where they are
    retired: int = 0  # records left out, because their code computed other numbers

    @property
    def published_is_predicted(self) -> bool | None:
        """Return whether the published value lies in the prediction interval; None without either."""
        if self.prediction is None or self.cell.value is None:
            return None
        return self.prediction[0] <= self.cell.value <= self.prediction[1]


def units(records: Iterable[RunRecord], metric: str, folds: int) -> tuple[float, ...]:
    """Return one value per seed that has all folds, in the order of the seeds."""
    by_seed: dict[int, dict[int, float]] = defaultdict(dict)
    for record in records:
        if metric in record.metrics:
            by_seed[record.key.seed][record.key.fold] = record.metrics[metric]
    return tuple(fmean(values.values()) for _, values in sorted(by_seed.items()) if len(values) == folds)


def judge(cell: Cell, records: Sequence[RunRecord], *, folds: int, runs: int) -> Verdict:
    """Judge a cell by the records of one recipe on one back end; the protocol requires `runs` units."""
    values = units(records, cell.metric.name, folds)
    if not values:
        errors = [record.error for record in records if record.error]
        reason = f"0 of {runs} runs" + (f"; the last failed: {errors[-1]}" if errors else "")
        return Verdict(cell, Answer.INCOMPLETE, reason)
    verdict = _summarise(cell, values, runs)
    if len(values) < runs:
        return verdict
    answer, reason = _answer(verdict)
    return replace(verdict, answer=answer, reason=reason)


def _summarise(cell: Cell, values: tuple[float, ...], runs: int) -> Verdict:
    """Return mean, standard deviation and intervals of the units, with the answer still open."""
    count, mean = len(values), fmean(values)
    verdict = Verdict(cell, Answer.INCOMPLETE, f"{count} of {runs} runs", values, mean)
    if count == 1:
        return verdict
    deviation = stdev(values)
    return replace(
        verdict,
        deviation=deviation,
        interval=_around(mean, 0.95, count, deviation / sqrt(count)),
        prediction=_around(mean, 0.975, count, deviation * sqrt(1 + 1 / count)),
    )


def _answer(verdict: Verdict) -> tuple[Answer, str]:
    cell, mean = verdict.cell, verdict.mean or 0.0
    if cell.value is None or cell.margin is None:
        return Answer.MEASURED, "nothing published to compare with"
    low, high = (end - cell.value for end in verdict.interval or (mean, mean))
    margin = cell.margin + ROUNDING
    if -margin <= low and high <= margin:
        return Answer.REPRODUCED, ""
    if low > margin or high < -margin:
        return beyond(cell.metric.better, low > margin), ""
    return Answer.INCONCLUSIVE, _what_would_settle(mean - cell.value, cell.margin, verdict.deviation or 0.0)


def beyond(better: str, above: bool) -> Answer:
    """Return the answer for a number on one side of another, in a metric for which `better` is better."""
    if better == "exact":
        return Answer.DIFFERS
    return Answer.BETTER if above == (better == "higher") else Answer.WORSE


def _what_would_settle(difference: float, margin: float, deviation: float) -> str:
    """Return, as text, how many runs would put the whole interval on one side of the edge of the margin."""
    room = abs(margin - abs(difference))
    for runs in range(2, MOST_RUNS_WORTH_NAMING + 1):
        if _quantile(0.95, runs) * deviation / sqrt(runs) < room:
            return f"about {runs} runs in total would settle it"
    if room > ROUNDING:
        return f"more than {MOST_RUNS_WORTH_NAMING} runs would be needed to settle it"
    return "the mean is at the edge of the margin: no number of runs would settle it"


def _around(mean: float, quantile: float, count: int, scale: float) -> tuple[float, float]:
    half = _quantile(quantile, count) * scale
    return mean - half, mean + half


def _quantile(probability: float, count: int) -> float:
    from scipy.special import stdtrit  # scipy.stats would make `retable show` slow to start

    return float(stdtrit(count - 1, probability))
