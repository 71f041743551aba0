"""Is our number the paper's number, or noise?

The unit of repetition is one whole pass of a paper's protocol: one seed on a fixed split, or one whole
cross-validation, averaged over its folds. An equivalence test at 5 % on the mean of the units decides.
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
ROUNDING = 1e-9  # binary fractions: 2.9 - 2.85 is not 0.05


class Answer(StrEnum):
    """What a verdict can say."""

    REPRODUCED = "reproduced"
    BETTER = "better"
    WORSE = "worse"
    DIFFERS = "differs"  # beyond the margin, where neither direction is better
    INCONCLUSIVE = "inconclusive"
    INCOMPLETE = "incomplete"
    MEASURED = "measured"  # nothing published to compare with
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Verdict:
    """The answer for one cell, with the numbers it rests on."""

    cell: Cell
    answer: Answer
    reason: str = ""
    units: tuple[float, ...] = ()
    mean: float | None = None
    deviation: float | None = None  # None for a single unit
    interval: tuple[float, float] | None = None  # 90 % for the mean
    prediction: tuple[float, float] | None = None  # 95 % for one more unit

    @property
    def published_is_predicted(self) -> bool | None:
        """Tell whether the published value could be one more run of ours; None if that can't be said."""
        if self.prediction is None or self.cell.value is None:
            return None
        return self.prediction[0] <= self.cell.value <= self.prediction[1]


def units(records: Iterable[RunRecord], metric: str, folds: int) -> tuple[float, ...]:
    """Return one value per seed whose folds are all there, in the order of the seeds."""
    by_seed: dict[int, dict[int, float]] = defaultdict(dict)
    for record in records:
        if metric in record.metrics:
            by_seed[record.key.seed][record.key.fold] = record.metrics[metric]
    return tuple(fmean(values.values()) for _, values in sorted(by_seed.items()) if len(values) == folds)


def judge(cell: Cell, records: Sequence[RunRecord], *, folds: int, runs: int) -> Verdict:
    """Judge a cell by the records of one recipe on one backend; the protocol asks for `runs` units."""
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
    """Describe the units by mean, spread and intervals; the answer is still open."""
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
        return _beyond(cell.metric.better, low > margin), ""
    return Answer.INCONCLUSIVE, _what_would_settle(mean - cell.value, cell.margin, verdict.deviation or 0.0)


def _beyond(better: str, above: bool) -> Answer:
    if better == "exact":
        return Answer.DIFFERS
    return Answer.BETTER if above == (better == "higher") else Answer.WORSE


def _what_would_settle(difference: float, margin: float, deviation: float) -> str:
    """Say how many runs would bring the interval to one side of the margin's edge, if any number would."""
    room = abs(margin - abs(difference))
    for runs in range(2, MOST_RUNS_WORTH_NAMING + 1):
        if _quantile(0.95, runs) * deviation / sqrt(runs) < room:
            return f"about {runs} runs in all would settle it"
    if room > ROUNDING:
        return f"more than {MOST_RUNS_WORTH_NAMING} runs would be needed to settle it"
    return "the mean sits at the margin's edge: no number of runs would settle it"


def _around(mean: float, quantile: float, count: int, scale: float) -> tuple[float, float]:
    half = _quantile(quantile, count) * scale
    return mean - half, mean + half


def _quantile(probability: float, count: int) -> float:
    from scipy.special import stdtrit  # scipy.stats takes longer to import than `show` may take to answer

    return float(stdtrit(count - 1, probability))
