"""The factors that a paper declares: its assumptions and deviations that can be tested."""

from functools import partial
from typing import Any

from benchmarks.explained.factors import CannotChange, Factor, Origin
from benchmarks.table import Assumption, PaperTable


def declared(table: PaperTable) -> list[Factor]:
    """Return the factors of a paper's entries that can be tested."""
    return [_factor(one) for one in table.assumptions if one.change]


def _factor(one: Assumption) -> Factor:
    origin = Origin.DEVIATES if one.deviates else Origin.ASSUMED
    return Factor(one.name, one.instead, origin, partial(applied, one), moves_validation=one.moves_validation)


def applied(one: Assumption, recipe: Any) -> Any:
    """Return the recipe with the other choice. Raises CannotChange where the entry does not concern it."""
    assert one.change
    found = one.change(recipe)
    if found is None:
        raise CannotChange("it does not concern this recipe")
    return found
