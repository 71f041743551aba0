"""Order claims: does one row of a table beat another in our runs, as the paper says?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from benchmarks.evidence.rechecks import Rechecks
from benchmarks.evidence.standing import Standing, standing
from benchmarks.jobs import Options, Planned
from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import by_place, verdicts
from benchmarks.table import Claim, PaperTable
from results.comparison import LEVEL, Comparison, compare, holm
from results.published import Cell
from results.records import RunRecord
from results.tables import signed
from results.verdicts import Answer


class Order(StrEnum):
    """What our runs say of a claim in one column."""

    HOLDS = "holds"
    REVERSED = "reversed"  # the other row is better
    APART = "apart"  # not near each other
    OPEN = "open"  # no difference shown at 5 %
    INCOMPLETE = "incomplete"  # a row has fewer runs than the protocol asks for
    NOT_ATTEMPTED = "not attempted"


class ClaimVerdict(NamedTuple):
    """One claim in one column; differences are the row that should win less the other."""

    claim: Claim
    column: str
    published: float | None
    order: Order
    comparison: Comparison | None = None
    p_value: float | None = None  # of the claim among all that its table tests
    stale: str = ""  # why the runs of a row may not be those of today's code; empty where they are


def judge_claims(
    table: PaperTable, records: Sequence[RunRecord], options: Options = Options()
) -> list[ClaimVerdict]:
    """Judge every claim of a paper in every column that has both rows, by the runs that verdicts take.

    With the options of a trial, by its runs.

    Pairs are runs of equal seed and fold on the backend that has most of them; the test is paired, with the
    correction of Nadeau & Bengio (2003) for the folds of a cross-validation, and Holm's (1979) for the claims and
    columns that a table tests.
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
    """Return a verdict with Holm's correction for the other tests of its table; what no longer shows is open."""
    if (mine := _tested(verdict)) is None:
        return verdict
    others = sorted(p_value for one in of_table if (p_value := _tested(one)) is not None)
    p_value = holm(others)[others.index(mine)]
    return verdict._replace(p_value=p_value, order=verdict.order if p_value < LEVEL else Order.OPEN)


def _tested(verdict: ClaimVerdict) -> float | None:
    """Return the p-value of a claim that one row beats another; None where it was not tested."""
    is_tested = verdict.order in (Order.HOLDS, Order.REVERSED, Order.OPEN) and verdict.claim.within is None
    found = verdict.comparison
    return found.p_value if is_tested and found and not found.is_deterministic else None


def claim_rows(judged: Iterable[ClaimVerdict], cells: Iterable[Cell] | None = None) -> list[dict[str, str]]:
    """Return judged claims, or those in the columns of some cells, as texts by heading."""
    places = None if cells is None else {(cell.table, cell.column) for cell in cells}
    return [as_row(one) for one in judged if places is None or (one.claim.table, one.column) in places]


def as_row(verdict: ClaimVerdict) -> dict[str, str]:
    """Return a row of the claims table, as texts by heading."""
    claim, found = verdict.claim, verdict.comparison
    ours = signed(found.difference if found else None)
    if found and found.interval and claim.within is not None and verdict.order != Order.INCOMPLETE:
        ours += " ({:+.3g} to {:+.3g})".format(*found.interval)  # what nearness is judged by
    return {
        "claim": claim.text,
        "table": claim.table,
        "column": verdict.column,
        "theirs": signed(verdict.published),
        "ours": ours,
        "pairs": str(found.pairs) if found and found.pairs else "",
        "p": _brief(_tested(verdict)),
        "p by Holm": _brief(verdict.p_value),
        "order": verdict.order.value,
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
    groups = _on_one_backend([_by_backend(one, records, rechecks) for one in (worse, better)])
    shown = [record for group in groups for record in group.shown]
    answers = {judged.answer for judged in verdicts([better, worse], shown, rechecks=rechecks)}
    if Answer.NOT_ATTEMPTED in answers:
        return verdict
    dataset = winner.dataset
    first, second = (_whole(group.shown, dataset.folds) for group in groups)
    found = compare(
        better.cell,
        _for_every_seed(first, second, loser.runs),
        _for_every_seed(second, first, winner.runs),
        folds=dataset.folds,
        runs=max(loser.runs, winner.runs),
        test_to_train=dataset.test_to_train,
    )
    # a test at every new run would find something in the end, so it waits for whole protocols
    order = Order.INCOMPLETE if Answer.INCOMPLETE in answers else _order(claim, found)
    stale = "; ".join(dict.fromkeys(group.stale for group in groups if group.stale))
    return verdict._replace(order=order, comparison=found, stale=stale)


def _difference(better: Cell, worse: Cell) -> float | None:
    """Return the published difference of two cells; None unless both have a value."""
    return None if better.value is None or worse.value is None else better.value - worse.value


def _whole(group: list[RunRecord], folds: int) -> list[RunRecord]:
    """Keep the runs of whole cross-validations."""
    done = Counter(seed for seed, _ in {(record.key.seed, record.key.fold) for record in group})
    return [record for record in group if done[record.key.seed] == folds]


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


def _on_one_backend(groups: Sequence[Mapping[str, Standing]]) -> list[Standing]:
    """Keep the runs on the backend on which the smaller group is largest."""
    nothing = Standing([])
    backends = sorted({name for group in groups for name in group})
    chosen = max(
        backends, key=lambda name: min(len(group.get(name, nothing).shown) for group in groups), default=""
    )
    return [group.get(chosen, nothing) for group in groups]


def _order(claim: Claim, found: Comparison) -> Order:
    if claim.within is not None:
        return _nearness(claim.within, found)
    if found.answer == Answer.BETTER:
        return Order.HOLDS
    if found.answer == Answer.WORSE:
        return Order.REVERSED
    return Order.INCOMPLETE if found.answer == "too few pairs" else Order.OPEN


def _nearness(within: float, found: Comparison) -> Order:
    """Return whether the 90 % interval of the difference is within a margin, an equivalence test at 5 %."""
    if found.interval is None:
        return Order.INCOMPLETE
    low, high = found.interval
    if -within <= low and high <= within:
        return Order.HOLDS
    return Order.APART if low > within or high < -within else Order.OPEN
