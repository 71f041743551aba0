"""Whether a kept answer is about today's recipe, code, printed number and changes."""

from collections.abc import Mapping

from benchmarks.evidence.rechecks import Rechecks
from benchmarks.explained.declared import every_factor
from benchmarks.explained.factors import CannotChange, Factor, changed
from benchmarks.jobs import Planned
from benchmarks.table import PaperTable, UnknownName
from results.explanations.explanation import Explanation
from results.records import Digests


def is_stale(
    answer: Explanation, planned: Planned | None, factors: Mapping[str, Factor], rechecks: Rechecks
) -> bool:
    """Return whether an answer's cell, or a change that was tested, is another one now; None is a missing cell."""
    facts = answer.facts or {}
    today = planned and (planned.fingerprint, planned.cell.value)
    if planned is None or today != (facts.get("fingerprint"), answer.theirs):
        return True
    then = Digests(*facts.get("code", "").split(" ")[:3])
    return not rechecks.same(then, planned.code) or any(
        one.recipe != recipe_with(planned, factors.get(one.name)) for one in answer.factors if one.recipe
    )


def todays_factors(table: PaperTable) -> dict[str, Factor]:
    """Return a paper's factors by name; none where two have one name, so that answers on any are stale."""
    try:
        return {one.name: one for one in every_factor(table, "")}
    except UnknownName:  # `retable explain` says it
        return {}


def recipe_with(planned: Planned, factor: Factor | None) -> str:
    """Return the fingerprint of a cell's recipe with a change; nothing where it can't be changed."""
    try:
        return changed(planned, [factor]).fingerprint if factor else ""
    except (CannotChange, UnknownName):
        return ""
