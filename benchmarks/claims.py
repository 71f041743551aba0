"""Order claims: does one row of a table beat another in our runs, as the paper says?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from math import inf
from typing import NamedTuple

from benchmarks.evidence.rechecks import Rechecks
from benchmarks.evidence.standing import Standing, standing
from benchmarks.jobs import Options, Planned
from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import by_place, verdicts
from benchmarks.table import Claim, PaperTable
from results.comparison import LEVEL, Comparison, compare, holm, over_looks
from results.groups.estimate import sign_test
from results.published import Cell
from results.records import RunRecord
from results.tables import signed
from results.verdicts import Answer, Verdict, beyond


class Order(StrEnum):
    """What our runs say of a claim in one column."""

    HOLDS = "holds"
    REVERSED = "reversed"  # the other row is better
    APART = "apart"  # not near each other
    OPEN = "open"  # not shown at 5 %
    INCOMPLETE = "incomplete"  # a row has fewer runs than the protocol asks for
    NOT_ATTEMPTED = "not attempted"


class ClaimVerdict(NamedTuple):
    """One claim in one column; differences are the row that should win less the other."""

    claim: Claim
    column: str
    published: float | None
    order: Order
    comparison: Comparison | None = None
    alone: float | None = None  # the p-value of this test; None where there is none
    p_value: float | None = None  # the same among the claims of its table, over all looks
    is_random: bool = False  # whether it will have a test
    backend: str = ""  # of the runs, where another one leads in the paper
    stale: str = ""  # why the runs of a row may not be those of today's code; empty where they are


def judge_claims(
    table: PaperTable, records: Sequence[RunRecord], options: Options = Options()
) -> list[ClaimVerdict]:
    """Judge every claim of a paper in every column that has both rows, by the runs that verdicts take.

    With the options of a trial, by its runs.

    Pairs are runs of equal seed and fold on the back end that leads in the paper, or else has most of them, up to
    the last look that both rows have reached. The test is paired, with the correction of Nadeau & Bengio (2003)
    for the folds of a cross-validation. P-values have the corrections of Bonferroni for the looks, and of Holm
    (1979) for the claims and columns of a table that have recipes.
    """
    places, rechecks = by_place(table.plan(options=options)), Rechecks.read()
    judged = [
        _judge(claim, better, places[claim.table, claim.worse, column], records, rechecks)
        for claim in table.claims
        for (name, row, column), better in places.items()
        if (name, row) == (claim.table, claim.better)
        and (not claim.columns or column in claim.columns)
        and (claim.table, claim.worse, column) in places
    ]
    return [_corrected(verdict, [v for v in judged if v.claim.table == verdict.claim.table]) for verdict in judged]


def _corrected(verdict: ClaimVerdict, of_table: Sequence[ClaimVerdict]) -> ClaimVerdict:
    """Return a verdict by its p-value among those of its table, of which one that waits for runs has 1."""
    if verdict.alone is None:
        return verdict
    family = [over_looks(one.alone) for one in of_table if one.is_random]
    p_value = holm(family)[family.index(over_looks(verdict.alone))]
    return verdict._replace(p_value=p_value, order=verdict.order if p_value < LEVEL else Order.OPEN)


def claim_rows(judged: Iterable[ClaimVerdict], cells: Iterable[Cell] | None = None) -> list[dict[str, str]]:
    """Return judged claims, or those in the columns of some cells, as texts by heading."""
    places = None if cells is None else {(cell.table, cell.column) for cell in cells}
    return [as_row(one) for one in judged if places is None or (one.claim.table, one.column) in places]


def as_row(verdict: ClaimVerdict) -> dict[str, str]:
    """Return a row of the claims table, as texts by heading."""
    claim, found = verdict.claim, verdict.comparison
    ours = signed(found.difference if found else None)
    if found and found.interval and claim.within is not None and verdict.order != Order.INCOMPLETE:
        ours += " ({:+.3g} to {:+.3g})".format(*found.interval)
    return {
        "claim": claim.text,
        "table": claim.table,
        "column": verdict.column,
        "theirs": signed(verdict.published),
        "ours": ours,
        "pairs": str(found.pairs) if found and found.pairs else "",
        "p": _brief(verdict.alone),
        "p corrected": _brief(verdict.p_value),
        "order": verdict.order.value,
        "back end": verdict.backend,
        "stale": verdict.stale,
    }


def _brief(p_value: float | None) -> str:
    return "" if p_value is None else f"{p_value:.3g}"  # 0.0495 holds, 0.0504 is open


def _judge(
    claim: Claim, better: Planned, worse: Planned, records: Sequence[RunRecord], rechecks: Rechecks
) -> ClaimVerdict:
    verdict = ClaimVerdict(claim, better.cell.column, _difference(better.cell, worse.cell), Order.NOT_ATTEMPTED)
    winner, loser = better.recipe, worse.recipe
    if isinstance(winner, NotAttempted) or isinstance(loser, NotAttempted):
        return verdict
    verdict = verdict._replace(is_random=max(loser.runs, winner.runs) > 1)
    backend, groups = _on_one_backend(
        [_by_backend(one, records, rechecks) for one in (worse, better)], better.backend
    )
    shown = [record for group in groups for record in group.shown]
    judged = verdicts([worse, better], shown, rechecks=rechecks)
    if Answer.NOT_ATTEMPTED in (answers := {one.answer for one in judged}):
        return verdict
    dataset, taken = winner.dataset, _taken(judged, [loser.runs, winner.runs])
    first, second = (_whole(group.shown, dataset.folds, taken) for group in groups)
    found = compare(
        better.cell,
        _for_every_seed(first, second, loser.runs),
        _for_every_seed(second, first, winner.runs),
        folds=dataset.folds,
        runs=max(loser.runs, winner.runs),
        test_to_train=dataset.fold_ratio,
    )
    # a test at every new run would find something in the end, so it waits for whole protocols
    order = Order.INCOMPLETE if Answer.INCOMPLETE in answers else _order(claim, found)
    return verdict._replace(
        order=order,
        comparison=found,
        alone=_p_value(claim, found) if order != Order.INCOMPLETE else None,
        backend="" if backend == better.backend else backend,
        stale="; ".join(dict.fromkeys(group.stale for group in groups if group.stale)),
    )


def _taken(judged: Sequence[Verdict], runs: Sequence[int]) -> float:
    """Return how many runs of two rows are compared: those of the last look of both, or all before it."""
    found = [len(one.units) for one, wanted in zip(judged, runs, strict=True) if wanted > 1]
    return inf if any(one.answer == Answer.INCOMPLETE for one in judged) else min(found, default=1)


def _difference(better: Cell, worse: Cell) -> float | None:
    """Return the published difference of two cells; None unless both have a value."""
    return None if better.value is None or worse.value is None else better.value - worse.value


def _whole(group: list[RunRecord], folds: int, seeds: float) -> list[RunRecord]:
    """Keep the runs of whole cross-validations, those of so many first seeds."""
    done = Counter(seed for seed, _ in {(record.key.seed, record.key.fold) for record in group})
    return [record for record in group if done[record.key.seed] == folds and record.key.seed < seeds]


def _for_every_seed(group: list[RunRecord], other: list[RunRecord], runs: int) -> list[RunRecord]:
    """Repeat the one run of a system without randomness for every seed of the other group."""
    if runs > 1 or len(group) != 1:
        return group
    seeds = sorted({record.key.seed for record in other} | {group[0].key.seed})
    return [replace(group[0], key=group[0].key._replace(seed=seed)) for seed in seeds]


def _by_backend(planned: Planned, records: Sequence[RunRecord], rechecks: Rechecks) -> Mapping[str, Standing]:
    """Return the finished runs of a recipe that are judged on each back end."""
    mine = [record for record in records if record.key.fingerprint == planned.fingerprint and record.metrics]
    names = sorted({record.key.backend for record in mine})
    return {name: standing(planned, [r for r in mine if r.key.backend == name], rechecks) for name in names}


def _on_one_backend(groups: Sequence[Mapping[str, Standing]], leading: str) -> tuple[str, list[Standing]]:
    """Return a back end with its runs: the leading one, or else that on which the smaller group is largest."""
    nothing = Standing([])
    fewest = {
        name: min(len(group.get(name, nothing).shown) for group in groups)
        for name in sorted({leading, *(name for group in groups for name in group)})
    }
    chosen = leading if fewest[leading] else max(fewest, key=lambda name: (fewest[name], name == leading))
    return chosen, [group.get(chosen, nothing) for group in groups]


def _order(claim: Claim, found: Comparison) -> Order:
    """Return what a difference says, unless it is noise."""
    if found.difference is None or (found.p_value is None and not found.is_deterministic):
        return Order.INCOMPLETE
    if claim.within is not None:
        return Order.HOLDS if abs(found.difference) <= claim.within else Order.APART
    if found.difference == 0:
        return Order.OPEN
    side = beyond(found.cell.metric.better, found.difference > 0)
    return {Answer.BETTER: Order.HOLDS, Answer.WORSE: Order.REVERSED}.get(side, Order.OPEN)


def _p_value(claim: Claim, found: Comparison) -> float | None:
    """Return the p-value of a difference, or of its side of the edge of nearness; None without randomness."""
    if found.is_deterministic:
        return None
    if claim.within is None:
        return found.p_value
    if found.estimate is None:
        return sign_test(found.pairs, claim.within)
    return min(found.estimate.p_equivalence(claim.within), found.estimate.p_beyond(claim.within))
