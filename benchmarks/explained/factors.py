"""Factors: what may explain that a number of ours differs from the printed one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import Any

from benchmarks.jobs import Planned
from benchmarks.recipe import fingerprint

Changeable = Any  # Recipe or Measurement


class Origin(StrEnum):
    """Where a factor comes from."""

    ASSUMED = "assumed"
    DEVIATES = "deviates"
    EVERY = "every recipe"


class CannotChange(ValueError):
    """A recipe on which a factor can't be changed; the text says why."""


class NoEvidence(Exception):
    """An explanation that can't begin or go on; the text says what is needed."""


@dataclass(frozen=True)
class Factor:
    """One thing that can be done in another way: `change` returns the other recipe, or raises CannotChange."""

    name: str
    text: str  # what the change does
    origin: Origin
    change: Callable[[Changeable], Changeable]
    backend: str = ""  # another one, instead of a change
    moves_validation: bool = (
        False  # it decides what the validation part is or chooses, so the test part is looked at
    )


def changed(planned: Planned, factors: Iterable[Factor]) -> Planned:
    """Return a cell with a recipe on which some factors are changed. Raises CannotChange."""
    recipe: Changeable = reduce(lambda found, factor: factor.change(found), factors, planned.recipe)
    return replace(planned, recipe=recipe, fingerprint=fingerprint(recipe))


def possible(planned: Planned, factors: Iterable[Factor]) -> tuple[list[Factor], dict[str, str]]:
    """Return the factors that can be changed as far as the recipe shows, and by name why others can't."""
    found, reasons = [], {}
    for factor in factors:
        try:
            other = changed(planned, [factor])
            if other.fingerprint == planned.fingerprint and not factor.backend:
                raise CannotChange("its change gives an equal recipe")
            found.append(factor)
        except CannotChange as error:
            reasons[factor.name] = str(error)
    return found, reasons
