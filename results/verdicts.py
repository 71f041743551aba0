"""Verdicts: is our number the published number, or is the difference noise?

A unit is one full pass of a paper's protocol: one seed on a fixed split, or one complete cross-validation,
averaged over its folds. docs/verdicts.md has the rules and their reasons.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, isfinite, sqrt
from statistics import fmean, stdev
from typing import Any

import numpy as np

from results.published import Cell
from results.records import RunRecord

Interval = tuple[float, float]
LOOKS = (1, 2, 4)  # verdicts are taken at these multiples of the runs of the protocol
OF_MEAN = 0.98  # one-sided; over three looks it keeps a false verdict below 5 %
OF_A_RUN = 0.975
OF_ANY_RUN = 0.99  # beyond it a value is ruled out; over three looks 5 % of single runs are
WIDEST = 2  # half-widths above so many margins are too noisy to tell
ROUNDING = 1e-9  # in binary, 2.9 - 2.85 exceeds 0.05
SLICES = 1000  # of a distribution


class Answer(StrEnum):
    """The possible answers of a verdict. Only the first is a success."""

    REPRODUCED = "reproduced"
    COMPATIBLE = "compatible"  # could be one of our runs, but our mean is not shown to be within the margin
    NEAR = "near"  # within the margin, and not the same number
    BETTER = "better"
    WORSE = "worse"
    DIFFERS = "differs"  # beyond the margin, in a metric without a better direction or a system without randomness
    INCONCLUSIVE = "inconclusive"
    INCOMPLETE = "incomplete"
    MEASURED = "measured"  # nothing was published to compare with
    NOT_ATTEMPTED = "not attempted"


UNDECIDED = (Answer.INCOMPLETE, Answer.MEASURED, Answer.NOT_ATTEMPTED)  # no evidence on a published value
OPEN = (Answer.INCONCLUSIVE, Answer.COMPATIBLE, Answer.NEAR)  # more runs may change these


@dataclass(frozen=True)
class Verdict:
    """The answer for one cell, with the numbers behind it."""

    cell: Cell
    answer: Answer
    reason: str = ""
    units: tuple[float, ...] = ()
    mean: float | None = None
    deviation: float | None = None  # None for a single unit
    interval: Interval | None = None  # 96 %, of the mean
    prediction: Interval | None = None  # 95 %, of a published value that is one of ours
    turns_at: float | None = None  # the margin from which the whole interval is within it
    records: tuple[RunRecord, ...] = ()  # those of the units
    backend: str = ""
    completed: int = 0  # recipes that the cell has had with all runs of the protocol, this one included
    finding: str = ""  # another back end that disagrees
    stale: str = ""  # why the records may not be those of today's code; empty where they are
    retired: int = 0  # records left out, because their code computed other numbers
    beside: float | None = None  # what the paper prints for another input; it changes no answer

    @property
    def published_is_predicted(self) -> bool | None:
        """Return whether the published value lies in the prediction interval; None without either."""
        if self.prediction is None or self.cell.value is None:
            return None
        low, high = self.prediction
        return low - ROUNDING <= self.cell.value <= high + ROUNDING


def units(records: Iterable[RunRecord], metric: str, folds: int) -> tuple[float, ...]:
    """Return one value per seed that has all folds, in the order of the seeds."""
    return tuple(by_seed(records, metric, folds).values())


def by_seed(records: Iterable[RunRecord], metric: str, folds: int) -> dict[int, float]:
    """Return the values of the seeds that have all folds of the data set, in the order of the seeds."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for record in records:
        if record.key.fold < folds and isfinite(record.metrics.get(metric, inf)):
            found[record.key.seed][record.key.fold] = record.metrics[metric]
    return {seed: fmean(values.values()) for seed, values in sorted(found.items()) if len(values) == folds}


def looks(runs: int) -> tuple[int, ...]:
    """Return the numbers of runs at which a verdict is taken; one for a system without randomness."""
    return (1,) if runs == 1 else tuple(times * runs for times in LOOKS)


def judge(cell: Cell, records: Sequence[RunRecord], *, folds: int, runs: int) -> Verdict:
    """Judge a cell by the records of one recipe on one back end; the protocol requires `runs` units.

    The verdict is taken at the largest look whose seeds, from 0 without gaps, all have their runs.
    """
    values = by_seed(records, cell.metric.name, folds)
    ready = next(seed for seed in range(len(values) + 1) if seed not in values)
    look = max((look for look in looks(runs) if look <= ready), default=0)
    taken = look or ready
    waiting = _waiting(len(values), taken, ready, looks(runs))
    verdict = _summarise(cell, tuple(values.values())[:taken], [r for r in records if r.key.seed < taken])
    if not look:
        errors = [f"the last failed: {r.error}" for r in _failed(records) if r.key.seed not in values][-1:]
        return replace(verdict, reason="; ".join([f"{ready} of {runs} runs", *waiting, *errors]))
    answer, reason = _fixed(verdict) if runs == 1 else _answer(verdict, runs)
    return replace(verdict, answer=answer, reason="; ".join([*filter(None, [reason]), *waiting]))


def _failed(records: Iterable[RunRecord]) -> list[RunRecord]:
    """Return the failures that no later run of the same job has overcome, in the order written."""
    last: dict[tuple, RunRecord] = {}
    for record in records:
        last.pop(record.key.identity, None)
        last[record.key.identity] = record
    return [record for record in last.values() if record.error]


def _waiting(count: int, taken: int, ready: int, planned: Sequence[int]) -> list[str]:
    """Say which runs are not in the verdict, and what they wait for."""
    texts = []
    if ready > taken and (following := [look for look in planned if look > ready]):
        texts.append(f"{_more(ready - taken)} waiting for the look at {following[0]}")
    if count > ready:
        texts.append(f"{_more(count - ready)} waiting for seed {ready}")
    return texts


def _more(count: int) -> str:
    return "1 more run is" if count == 1 else f"{count} more runs are"


def _summarise(cell: Cell, values: tuple[float, ...], records: Iterable[RunRecord]) -> Verdict:
    """Return mean, standard deviation and intervals of the units, with the answer still open."""
    mine = tuple(record for record in records if cell.metric.name in record.metrics)
    count, verdict = len(values), Verdict(cell, Answer.INCOMPLETE, "", values, records=mine)
    if count == 0:
        return verdict
    mean = fmean(values)
    if count == 1:
        return _turning(replace(verdict, mean=mean))
    deviation = stdev(values)
    half = _quantile(OF_MEAN, count) * deviation / sqrt(count)
    prediction = _around(mean, _reach(cell, deviation, count), cell.metric.range)
    interval = _around(mean, half, cell.metric.range)
    return _turning(replace(verdict, mean=mean, deviation=deviation, interval=interval, prediction=prediction))


def one_more_run(verdict: Verdict) -> Interval | None:
    """Return where one more run, rounded as the published value is, would fall in 95 of 100 cases.

    None for fewer than two runs.
    """
    if verdict.mean is None or verdict.deviation is None:
        return None
    reach = _reach(verdict.cell._replace(runs=1), verdict.deviation, len(verdict.units))
    return _around(verdict.mean, reach, verdict.cell.metric.range)


def largest_gap(verdict: Verdict) -> float | None:
    """Return how far a new run and the published value may differ, if both are of our runs, in 95 of 100 cases.

    None for fewer than two runs.
    """
    count, cell = len(verdict.units), verdict.cell
    if verdict.deviation is None:
        return None
    return _quantile(OF_A_RUN, count) * verdict.deviation * sqrt(1 + 1 / cell.runs) + 2 * cell.half_digit


def _reach(cell: Cell, deviation: Any, count: int, probability: float = OF_A_RUN) -> Any:
    """Return how far from the mean of `count` runs a published value may be that is one of ours."""
    return _quantile(probability, count) * deviation * sqrt(1 / cell.runs + 1 / count) + cell.half_digit


def _turning(verdict: Verdict) -> Verdict:
    """Add the margin at which the verdict would turn."""
    value, ends = verdict.cell.value, verdict.interval or (verdict.mean or 0.0,) * 2
    return verdict if value is None else replace(verdict, turns_at=max(abs(end - value) for end in ends))


def _fixed(verdict: Verdict) -> tuple[Answer, str]:
    """Judge a system without randomness: one number, which is never better."""
    cell, mean = verdict.cell, verdict.mean or 0.0
    if cell.value is None or cell.margin is None:
        return Answer.MEASURED, "nothing published to compare with"
    return (Answer.REPRODUCED if abs(mean - cell.value) <= cell.margin + ROUNDING else Answer.DIFFERS), ""


def _answer(verdict: Verdict, runs: int) -> tuple[Answer, str]:
    """Judge by two questions: could the value be one of our runs, and is our mean within the margin?"""
    cell = verdict.cell
    if cell.value is None or cell.margin is None or verdict.interval is None or verdict.prediction is None:
        return Answer.MEASURED, "nothing published to compare with"
    low, high = (end - cell.value for end in verdict.interval)
    margin = cell.margin + ROUNDING
    is_within, is_beyond = -margin <= low and high <= margin, low > margin or high < -margin
    if is_within and verdict.published_is_predicted:
        return Answer.REPRODUCED, ""
    if is_beyond and _is_ruled_out(verdict):
        return beyond(cell.metric.better, low > margin), ""
    answer = _open(verdict, is_within, is_beyond)
    return answer, "; ".join([*_because(answer, is_beyond), _next_look(verdict, answer, runs)])


def _is_ruled_out(verdict: Verdict) -> bool:
    """Return whether the published value is hardly one of our runs, whichever of the looks this is."""
    cell, count = verdict.cell, len(verdict.units)
    difference = abs((verdict.mean or 0.0) - (cell.value or 0.0))
    return difference > _reach(cell, verdict.deviation or 0.0, count, OF_ANY_RUN) + ROUNDING


def _open(verdict: Verdict, is_within: bool, is_beyond: bool) -> Answer:
    """Return the answer where one question has a yes, or neither has."""
    if is_within:
        return Answer.NEAR
    if not verdict.published_is_predicted:
        return Answer.INCONCLUSIVE
    half = _reach(verdict.cell, verdict.deviation or 0.0, len(verdict.units))
    is_narrow = half <= WIDEST * (verdict.cell.margin or 0.0) + ROUNDING
    return Answer.COMPATIBLE if is_narrow or is_beyond else Answer.INCONCLUSIVE


def _because(answer: Answer, is_beyond: bool) -> list[str]:
    if is_beyond and answer == Answer.INCONCLUSIVE:
        return ["outside the 95 % interval of a run, within the 98 % interval that three looks need"]
    if is_beyond:
        return ["could be one run of ours, but our mean differs by more than the margin"]
    return ["within the margin, and not the same number"] if answer == Answer.NEAR else []


def _next_look(verdict: Verdict, answer: Answer, runs: int) -> str:
    """Say what the next look at an open verdict would bring."""
    count = len(verdict.units)
    following = next((look for look in looks(runs) if look > count), None)
    if following is None:
        return f"no look is left after {count} runs"
    chance = None if answer == Answer.NEAR else power_at(verdict, following)
    if chance is None:
        return f"the next look is at {following} runs"
    return f"{following} runs would recognise it with {100 * chance:.0f} %"


def power_at(verdict: Verdict, count: int) -> float | None:
    """Return the chance that `count` new runs reproduce the published value, if our mean and deviation are true.

    None where our mean is beyond the margin, or nothing was published. Both questions ask for a distance below
    some room, which depends on the deviation of so many runs; that is averaged over its chi-square law.
    """
    from scipy.special import gammaincinv, ndtr

    cell, mean, deviation = verdict.cell, verdict.mean, verdict.deviation
    if cell.value is None or cell.margin is None or mean is None or deviation is None or count < 2:
        return None
    difference, free = abs(mean - cell.value), count - 1
    if difference >= cell.margin:
        return None
    if deviation == 0:
        return float(difference <= cell.half_digit + ROUNDING)
    spread = deviation * np.sqrt(2 * gammaincinv(free / 2, (np.arange(SLICES) + 0.5) / SLICES) / free)
    near = cell.margin - _quantile(OF_MEAN, count) * spread / sqrt(count)
    room, error = np.minimum(near, _reach(cell, spread, count)), deviation / sqrt(count)
    return float(np.maximum(ndtr((room - difference) / error) - ndtr((-room - difference) / error), 0.0).mean())


def beyond(better: str, above: bool) -> Answer:
    """Return the answer for a number on one side of another, in a metric for which `better` is better."""
    if better == "exact":
        return Answer.DIFFERS
    return Answer.BETTER if above == (better == "higher") else Answer.WORSE


def counted_once(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Leave out the cells that print another cell's measurement in another unit."""
    return [verdict for verdict in verdicts if not verdict.cell.same_as]


def by_answer(verdicts: Iterable[Verdict]) -> Mapping[Answer, int]:
    """Return how many measurements have each answer, in the order of the answers."""
    found = [verdict.answer for verdict in counted_once(verdicts)]
    return {answer: found.count(answer) for answer in Answer if answer in found}


def _around(mean: float, half: float, limits: Interval = (-inf, inf)) -> Interval:
    """Return the interval of `half` to both sides of a mean, cut at the limits."""
    low, high = limits
    return max(mean - half, low), min(mean + half, high)


def _quantile(probability: float, count: int) -> float:
    """Return the quantile of Student's t for `count` values, that is `count - 1` degrees of freedom."""
    from scipy.special import stdtrit  # scipy.stats would make `retable show` slow to start

    return float(stdtrit(count - 1, probability))
