"""Two groups of runs of a paper: the cells that both have, and whether they may be compared."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from benchmarks.evidence.comparable import differences
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted
from results.comparison import Comparison, compare
from results.ledger import ResultsError
from results.records import RunRecord


class Pair(NamedTuple):
    """A cell with the runs of its recipe in two groups."""

    planned: Planned
    first: list[RunRecord]
    second: list[RunRecord]


class Compared(NamedTuple):
    """What two groups say of each cell."""

    cells: list[Comparison]
    alone: list[str]  # cells of which only one group has runs
    difference: str  # in what the groups differ beside their conditions; empty where in nothing


def compare_groups(
    planned: Iterable[Planned],
    first: Sequence[RunRecord],
    second: Sequence[RunRecord],
    *,
    known: Collection[str] = (),
    across: bool = False,
    allow_stale: bool = False,
) -> Compared:
    """Compare two groups of runs cell by cell; `known` are the conditions in which they may differ.

    Raises ResultsError for stale runs unless `allow_stale`, and for groups that differ in more unless `across`.
    """
    every = [Pair(one, _of_recipe(one, first), _of_recipe(one, second)) for one in planned]
    pairs = [pair for pair in every if pair.first and pair.second]
    alone = [pair.planned.cell.name for pair in every if bool(pair.first) != bool(pair.second)]
    rechecks = Rechecks.read()
    if not allow_stale:
        _refuse_stale(pairs, rechecks)
    found = [text for pair in pairs for text in differences(pair.first, pair.second, known, rechecks)]
    difference = "; ".join(dict.fromkeys(found))
    if difference and not across:
        raise ResultsError(
            f"The groups differ in more than their conditions: {difference}. --across compares them."
        )
    return Compared(list(map(_compared, pairs)), alone, difference)


def _of_recipe(planned: Planned, group: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the finished runs of today's recipe of a cell."""
    if isinstance(planned.recipe, NotAttempted):
        return []
    return [record for record in group if record.key.fingerprint == planned.fingerprint and record.metrics]


def _refuse_stale(pairs: Sequence[Pair], rechecks: Rechecks) -> None:
    """Raise ResultsError for runs of other code than today's."""
    changed = (
        r for pair in pairs for r in (*pair.first, *pair.second) if not rechecks.same(r.code, pair.planned.code)
    )
    if stale := list({record.key: record for record in changed}.values()):  # tables may share runs
        raise ResultsError(
            f"{len(stale)} of the runs are stale: their code has changed, as of {stale[0].key} since commit "
            f"{stale[0].commit}. `retable recheck` shows whether they still hold; --allow-stale compares them."
        )


def _compared(pair: Pair) -> Comparison:
    """Compare a cell by today's recipe, which it has."""
    recipe = pair.planned.recipe
    assert not isinstance(recipe, NotAttempted)
    folds, ratio = recipe.dataset.folds, recipe.dataset.fold_ratio
    return compare(pair.planned.cell, pair.first, pair.second, folds=folds, runs=recipe.runs, test_to_train=ratio)
