"""The factors that a paper declares: its assumptions and deviations that can be tested."""

import sys
from collections import Counter
from contextlib import redirect_stdout
from functools import partial
from typing import Any

from benchmarks.explained.factors import CannotChange, Factor, Origin
from benchmarks.explained.general import general_factors
from benchmarks.recipe import fingerprint
from benchmarks.table import Assumption, PaperTable, UnknownName


def declared(table: PaperTable) -> list[Factor]:
    """Return the factors of a paper's entries that can be tested.

    Raises UnknownName for an entry without a name or with one that is taken.
    """
    found = [_factor(table.paper, one) for one in table.assumptions if one.change]
    count = Counter(one.name for one in [*found, *general_factors("")])
    for factor in found:
        if not factor.name:
            raise UnknownName(f"The paper {table.paper} has an entry with a change and no name: {factor.text!r}.")
        if count[factor.name] > 1:
            raise UnknownName(
                f"The paper {table.paper} calls a factor {factor.name!r}, as another one is called. Rename it."
            )
    return found


def every_factor(table: PaperTable, backend: str) -> list[Factor]:
    """Return a paper's factors and those of every recipe. Raises UnknownName as `declared` does."""
    return [*declared(table), *general_factors(backend)]


def _factor(paper: str, one: Assumption) -> Factor:
    origin = Origin.DEVIATES if one.deviates else Origin.ASSUMED
    change = partial(applied, one, paper=paper)
    return Factor(one.name, one.instead, origin, change, moves_validation=one.moves_validation)


def applied(one: Assumption, recipe: Any, *, paper: str = "") -> Any:
    """Return the recipe with the other choice.

    Raises CannotChange where the entry does not concern it, and UnknownName where its function fails or returns
    something else.
    """
    assert one.change
    try:
        with redirect_stdout(sys.stderr):  # what a command prints may be data
            found = one.change(recipe)
            if isinstance(found, type(recipe)):
                fingerprint(found)  # or say which setting is not plain data
    except CannotChange:
        raise
    except (Exception, SystemExit) as error:  # whatever somebody's function raises
        reason = f"{type(error).__name__}: {error}".removesuffix(".")
        raise UnknownName(
            f"The factor {one.name} of the paper {paper} fails: {reason}. Mend its change."
        ) from error
    if found is None:
        raise CannotChange("it does not concern this recipe")
    if type(found) is not type(recipe):
        expected = f"Expected a {type(recipe).__name__}, or None where it does not concern the recipe"
        raise UnknownName(
            f"The factor {one.name} of the paper {paper} returned a {type(found).__name__}. {expected}."
        )
    return found
