"""Deviations that are planted in quick copies of recipes, to measure how well explanations work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.explained.copies import COPIES
from benchmarks.explained.factors import Changeable
from benchmarks.explained.general import general_factors, preparing
from benchmarks.recipe import Recipe
from data_pipelines.dataset import Fold, Split

SWAPPED = 0.03  # of the labels
SHIFT = 3  # pixels


@dataclass(frozen=True)
class Case:
    """A copy of a recipe, and the recipe that makes "theirs": another one, or an equal one."""

    name: str
    copy: str  # of `copies.COPIES`
    deviate: Callable[[Recipe], Changeable] | None  # None: theirs is made as ours is
    factor: str = ""  # that should be named; none for a deviation that no factor covers


def swapped_labels(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold]) -> Fold:
    """Give another class to some examples of every part, always the same, then prepare."""
    draws = np.random.default_rng(0)

    def swapped(part: Split) -> Split:
        chosen = draws.random(len(part.y)) < SWAPPED
        classes = int(fold.train.y.max()) + 1
        other = (part.y + draws.integers(1, classes, len(part.y))) % classes
        return part._replace(y=np.where(chosen, other, part.y).astype(part.y.dtype))

    valid = fold.valid and swapped(fold.valid)
    return prepare(fold._replace(train=swapped(fold.train), valid=valid, test=swapped(fold.test)), rng)


def leaking_folds(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold]) -> Fold:
    """Put the test examples among those for training, then prepare."""
    parts = (fold.train, fold.test)
    train = Split(np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts]))
    return prepare(fold._replace(train=train), rng)


def shifted_connections(fold: Fold, rng: np.random.Generator, *, prepare: Callable[..., Fold]) -> Fold:
    """Let the windows of the first layer begin some pixels late: what lies before is not read."""

    def shifted(part: Split) -> Split:
        x = np.full_like(part.x, part.x.min())
        x[:, :-SHIFT, :-SHIFT] = part.x[:, SHIFT:, SHIFT:]
        return part._replace(x=x)

    valid = fold.valid and shifted(fold.valid)
    return prepare(fold._replace(train=shifted(fold.train), valid=valid, test=shifted(fold.test)), rng)


def _as_factor(name: str) -> Callable[[Recipe], Changeable]:
    (found,) = [one for one in general_factors("") if one.name == name]
    return found.change


def cases() -> list[Case]:
    """Return what is planted: deviations among the factors, others, and clean copies."""
    among = {
        "letter case": "questions",
        "stop rule": "digits",
        "dropout's scale": "questions",
        "pooling": "digits",
        "initialisation": "small start",
        "padding row": "word means",
        "batch order": "word means",
        "precision": "digits",
    }
    others = {
        "labels swapped for 3 %": ("zip codes", swapped_labels),
        "leaking folds": ("questions", leaking_folds),
        "shifted connections": ("zip codes", shifted_connections),
    }
    return [
        *(Case(name, copy, _as_factor(name), name) for name, copy in among.items()),
        *(Case(name, copy, partial(preparing, change=change)) for name, (copy, change) in others.items()),
        *(Case(f"clean {copy}", copy, None) for copy in COPIES),
    ]
