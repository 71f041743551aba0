"""What a certificate states of a cell, and the verdict that follows from it."""

from collections.abc import Sequence
from math import isclose
from typing import Any

from benchmarks.certificates.contents import Json
from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted
from results.published import Cell
from results.records import RunRecord
from results.verdicts import Verdict, judge

JUDGED = ("answer", "units", "mean", "deviation", "interval", "prediction")
RULE = 2  # of verdicts; 1 is that of certificates that name none. Raise it where `judge` answers otherwise
PRECISION = 1e-9  # relative: another version of a library may round the last digit otherwise


def stated(planned: Planned, verdict: Verdict) -> Json:
    """Return what is stated of a cell."""
    recipe, cell = planned.recipe, verdict.cell
    assert not isinstance(recipe, NotAttempted)
    return {
        **dict(zip(("table", "row", "column"), cell[1:4], strict=True)),
        "metric": cell.metric.name,
        "recipe": planned.fingerprint,
        "backend": verdict.backend,
        "folds": recipe.dataset.folds,
        "runs": recipe.runs,
        **judged(verdict),
        "recipes_tried": verdict.completed,
        "runs_of_other_code": verdict.retired,
        "other_back_ends": verdict.finding,
    }


def judged(verdict: Verdict) -> Json:
    """Return the part of a verdict that follows from the records."""
    found = {name: getattr(verdict, name) for name in JUDGED}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def rejudge(cell: Cell, statement: Json, records: Sequence[RunRecord]) -> Verdict:
    """Judge a cell by records, under the protocol that is stated."""
    return judge(cell, records, folds=int(statement["folds"]), runs=int(statement["runs"]))


def differences(statement: Json, verdict: Verdict) -> dict[str, str]:
    """Say by name in what a verdict is not the one that is stated."""
    found = judged(verdict)
    wrong = [name for name in JUDGED if not _is_equal(statement.get(name), found[name])]
    return {name: f"{name}: {statement.get(name)} is stated, {found[name]} follows" for name in wrong}


def _is_equal(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return isclose(one, other, rel_tol=PRECISION, abs_tol=PRECISION)
    return one == other
