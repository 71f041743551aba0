"""Which networks are of one kind, so that a narrow one, or one of them, can stand for the others."""

from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.recipe import Recipe

MOST = {"maps": 16, "units": 16, "side": 67}


def narrow(recipe: Recipe) -> Recipe:
    """Return the recipe of a network with few maps and units for small images; it is of one kind as many are."""
    parts = {name: _narrow(getattr(recipe, name)) for name in ("build", "augment", "read")}
    return replace(recipe, **parts)


def _narrow(function: Any) -> Any:
    stated = getattr(function, "keywords", {})
    few = {name: min(stated[name], most) for name, most in MOST.items() if isinstance(stated.get(name), int)}
    return partial(function, **few) if few else function


def total(description) -> float:
    """Return the sum of all numbers of a description."""
    if isinstance(description, dict):
        return sum(map(total, description.values()))
    if isinstance(description, list):
        return sum(map(total, description))
    return description if isinstance(description, int | float) else 0


def kind(description):
    """Return a description without numbers and lists of layers: two sizes of a network are one kind."""
    if isinstance(description, dict):
        kinds = {key: kind(value) for key, value in description.items()}
        return {key: value for key, value in kinds.items() if value is not None}
    if isinstance(description, list) and not all(isinstance(found, str) for found in description):
        return sorted({str(found) for found in map(kind, description) if found is not None}) or None
    return description if isinstance(description, str | bool) else None
