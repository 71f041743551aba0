"""Groups of runs compared: what each has, and each pair tested."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, median, stdev
from typing import NamedTuple

from results.comparison import FEWEST_PAIRS, TOO_FEW, holm
from results.groups.estimate import LEVEL, ROUNDING, Estimate, Interval, of_groups, of_mean, of_pairs
from results.groups.factors import Factor, factors, unknown
from results.groups.grouping import Group, Groups, grouped
from results.groups.question import Question, require_names
from results.groups.runs import Run
from results.ledger import ResultsError

FEWEST_VALUES = 2
CERTAINTY = 0.95  # of intervals
TOO_FEW_RUNS, NO_SPREAD, EQUAL = "too few runs", "no spread", "equal"
EQUIVALENT, NOT_SHOWN = "equivalent", "no difference shown"


class Summary(NamedTuple):
    """What a group has: its samples in numbers."""

    group: Group
    values: list[float]
    mean: float
    median: float
    deviation: float | None
    interval: Interval | None  # of the mean, 95 %; None for one value and for values without spread


@dataclass(frozen=True)
class Pair:
    """Two groups; the difference is second minus first."""

    first: str
    second: str
    count: int | None  # of pairs; None for groups that are not paired
    difference: float | None
    estimate: Estimate | None
    answer: str
    p_value: float | None = None
    p_holm: float | None = None
    p_equivalence: float | None = None  # by Holm too

    @property
    def interval(self) -> Interval | None:
        """Return the 95 % interval of the difference."""
        return self.estimate.interval(CERTAINTY) if self.estimate else None


@dataclass(frozen=True)
class Compared:
    """The answer to a question."""

    question: Question
    experiments: Sequence[str]
    groups: Groups
    summaries: Sequence[Summary]
    pairs: Sequence[Pair]
    factors: Sequence[Factor]
    always: Sequence[str]  # what has another value in every run
    unknown: Sequence[str]

    @property
    def runs(self) -> int:
        """Return how many runs count."""
        return sum(len(group.runs) for group in self.groups.every)

    @property
    def are_folds(self) -> bool:
        """Return whether a value is of a fold: a group has one cross-validation alone."""
        return _are_folds(self.groups)


def compare_runs(runs: Sequence[Run], question: Question, *, strict: bool = False) -> Compared:
    """Compare the groups of some runs.

    Raises ResultsError for unknown names, where nothing counts, where samples repeat, and if `strict` where the
    groups differ in more than their keys.
    """
    if not runs:
        raise ResultsError("No run matches.")
    require_names(question, runs)
    groups = grouped(runs, question)
    differing, always = factors(groups.every, question)
    if strict and differing:
        names = ", ".join(factor.name for factor in differing[:5])
        more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""
        raise ResultsError(f"The groups differ in more than {question.by}: {names}{more}.")
    summaries = [summary(group, groups) for group in groups.every if group.samples]
    if question.better:
        summaries.sort(key=lambda one: one.mean, reverse=question.better == "higher")
    experiments = list(dict.fromkeys(run.experiment for run in runs))
    pairs = _judged([_tested(one, other, groups, question) for one, other in combinations(summaries, 2)], question)
    return Compared(question, experiments, groups, summaries, pairs, differing, always, unknown(groups.every))


def summary(group: Group, groups: Groups) -> Summary:
    """Return a group in numbers: of its samples, or of the folds of single cross-validations."""
    are_folds = _are_folds(groups)
    values = _folds(group) if are_folds else [sample.mean for sample in group.samples]
    estimate = of_mean(values, _test_to_train(groups) if are_folds else 0.0)
    deviation = stdev(values) if len(values) > 1 else None
    interval = estimate.interval(CERTAINTY) if estimate else None
    return Summary(group, values, fmean(values), median(values), deviation, interval)


def _are_folds(groups: Groups) -> bool:
    return groups.units > 1 and min(len(group.samples) for group in groups.every if group.samples) < 2


def _folds(group: Group) -> list[float]:
    return [value for sample in group.samples for value in sample.values.values()]


def _test_to_train(groups: Groups) -> float:
    """Return the ratio of test to training examples: one fold is for test, the others are for training."""
    return 1 / (groups.units - 1) if groups.units > 1 else 0.0


def _tested(one: Summary, other: Summary, groups: Groups, question: Question) -> Pair:
    """Return a pair with its difference and standard error; the answer says why there is none."""
    if question.is_paired:
        first, second = _shared(one.group, other.group)
        count, ratio, least, too_few = len(first), _test_to_train(groups), FEWEST_PAIRS, TOO_FEW
    else:
        first, second = one.values, other.values
        ratio = _test_to_train(groups) if _are_folds(groups) else 0.0
        count, least, too_few = None, FEWEST_VALUES, TOO_FEW_RUNS
    difference = fmean(second) - fmean(first) if first and second else None
    pair = Pair(one.group.label, other.group.label, count, difference, None, too_few)
    if min(len(first), len(second)) < least:
        return pair
    estimate = (of_pairs if question.is_paired else of_groups)(first, second, ratio)
    return replace(pair, estimate=estimate, answer="" if estimate else _without_spread(first, second))


def _without_spread(first: Sequence[float], second: Sequence[float]) -> str:
    return EQUAL if math.isclose(fmean(first), fmean(second), rel_tol=ROUNDING) else NO_SPREAD


def _shared(one: Group, other: Group) -> tuple[list[float], list[float]]:
    """Return the values of both groups over equal pairs and units."""
    first, second = (
        {(sample.place, unit): value for sample in group.samples for unit, value in sample.values.items()}
        for group in (one, other)
    )
    both = sorted(first.keys() & second.keys())
    return [first[at] for at in both], [second[at] for at in both]


def _judged(pairs: Sequence[Pair], question: Question) -> list[Pair]:
    """Return pairs with p-values corrected by Holm (1979) for all of them, and with their answers."""
    margin = question.margin
    p_values = _corrected(pairs, lambda estimate: estimate.p_value())
    near = _corrected(pairs, lambda estimate: estimate.p_equivalence(margin)) if margin else {}
    return [
        pair if pair.estimate is None else _answered(pair, *p_values[at], near.get(at, (None, None))[1], question)
        for at, pair in enumerate(pairs)
    ]


def _corrected(pairs: Sequence[Pair], test: Callable[[Estimate], float]) -> dict[int, tuple[float, float]]:
    """Return the p-value of each tested pair, by its place, and the same by Holm."""
    found = {at: test(pair.estimate) for at, pair in enumerate(pairs) if pair.estimate}
    corrected = holm(list(found.values()))
    return {at: (p_value, new) for (at, p_value), new in zip(found.items(), corrected, strict=True)}


def _answered(pair: Pair, p_value: float, p_holm: float, near: float | None, question: Question) -> Pair:
    assert pair.estimate is not None
    answer = NOT_SHOWN
    if near is not None and near < LEVEL:
        answer = EQUIVALENT
    elif p_holm < LEVEL:
        answer = direction(pair.estimate.value > 0, question.better)
    return replace(pair, answer=answer, p_value=p_value, p_holm=p_holm, p_equivalence=near)


def direction(is_higher: bool, better: str) -> str:
    """Return the word for a shown difference: better or worse if the user says which is which."""
    if not better:
        return "higher" if is_higher else "lower"
    return "better" if is_higher == (better == "higher") else "worse"


def by_label(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """Return the pairs of each group."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.first].append(pair)
        found[pair.second].append(pair)
    return found
