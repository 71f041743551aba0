"""Pairs of runs of one job, before and after a change, and what they say about a cell."""

from collections.abc import Callable, Iterable, Sequence
from itertools import filterfalse
from statistics import stdev
from typing import NamedTuple

from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry
from benchmarks.recipe import NotAttempted
from results.comparison import Comparison, compare
from results.tables import decimals, interval
from results.verdicts import Answer, beyond

BAD = (Answer.WORSE, Answer.DIFFERS)


class Pairs(NamedTuple):
    """Entries of equal jobs, in one order."""

    before: list[Entry]
    after: list[Entry]


def paired(before: Iterable[Entry], after: Iterable[Entry]) -> Pairs:
    """Return the last run of each job before, and the last one after; jobs with one of them are left out."""
    old, new = ({entry.identity: entry for entry in group if entry.record.metrics} for group in (before, after))
    both = [identity for identity in old if identity in new]
    return Pairs([old[one] for one in both], [new[one] for one in both])


def paired_by(entries: Sequence[Entry], is_after: Callable[[Entry], bool]) -> Pairs:
    """Return the pairs of runs of which something holds, with the last run of each job of which it does not."""
    return paired(filterfalse(is_after, entries), filter(is_after, entries))


def compared(planned: Planned, pairs: Pairs) -> Comparison | None:
    """Return the test of the pairs in the metric of a cell; None without pairs or recipe."""
    recipe = planned.recipe
    if isinstance(recipe, NotAttempted) or not pairs.before:
        return None
    first, second = ([entry.record for entry in group] for group in pairs)
    folds, ratio = recipe.dataset.folds, recipe.dataset.fold_ratio
    found = compare(planned.cell, first, second, folds=folds, runs=recipe.runs, test_to_train=ratio)
    return None if found.difference is None else found


def side(found: Comparison) -> Answer:
    """Return the side to which the mean difference is."""
    return beyond(found.cell.metric.better, (found.difference or 0.0) > 0)


def noise(found: Comparison, before: Sequence[Entry]) -> float:
    """Return the standard deviation of the runs before, in the metric of the cell; 0 for one run."""
    if found.first.deviation is not None:
        return found.first.deviation
    values = [entry.record.metrics[found.cell.metric.name] for entry in before]
    return stdev(values) if len(values) > 1 else 0.0


def in_words(found: Comparison) -> str:
    """Return what pairs say, on one line."""
    places = max(decimals(found.cell), 2)
    parts = [f"{found.cell.metric.title} {found.difference:+.{places}f}"]
    if found.interval is not None and found.p_value is not None:
        low, high = found.interval
        parts.append(f"90 % interval {interval((low, high), places)}, p {found.p_value:.2g}")
    return f"{found.pairs} pair(s): {', '.join(parts)}: {found.answer}"
