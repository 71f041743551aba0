"""Quick copies of recipes, and deviations that are planted in them, to measure how well explanations work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.explained.factors import Changeable
from benchmarks.explained.general import general_factors, preparing
from benchmarks.jobs import Options, Planned
from benchmarks.papers import kim2014, lecun1989, neumann_vu2017, starter
from benchmarks.recipe import Recipe, fingerprint
from benchmarks.settings import changed
from data_pipelines.dataset import Dataset, Fold, Split
from data_pipelines.datasets.emodb import emodb
from data_pipelines.datasets.usps import USPS
from results.metrics import ACCURACY, TEST_ERROR, UNWEIGHTED_ACCURACY, Metric
from results.published import Cell

PLANTED = "planted"  # the name of the paper in records
SWAPPED = 0.03  # of the labels
SHIFT = 3  # pixels
HALF_DIGIT = 0.005


@dataclass(frozen=True)
class Case:
    """A copy of a recipe, and the recipe that makes "theirs": another one, or an equal one."""

    name: str
    copy: str  # of `COPIES`
    deviate: Callable[[Recipe], Changeable] | None  # None: theirs is made as ours is
    factor: str = ""  # that should be named; none for a deviation that no factor covers


def shortened(dataset: Dataset, train: int) -> Dataset:
    """Return a data set with the first examples of its training part, and always the same fold."""
    load = partial(first, load=dataset.load, train=train)
    return replace(dataset, name=f"{dataset.name}, {train}", load=load, examples=None, of_class=(), folds=1)


def first(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold], train: int) -> Fold:
    """Return fold 0 of the first draw with so many training examples."""
    found = load(paths, 0, 0)
    return found._replace(train=Split(found.train.x[:train], found.train.y[:train]))


def digits() -> Recipe:
    """Return a network for packaged digits."""
    return starter.image_recipe(starter.DIGITS)


def questions() -> Recipe:
    """Return a small CNN-rand on a part of TREC, for a few epochs."""
    recipe = kim2014.training(shortened(kim2014.TREC, 1500), kim2014.ROWS["CNN-rand"], width=50)
    return replace(_recipe(changed(recipe, (("build.maps", "20"),))), epochs=6)


def zip_codes() -> Recipe:
    """Return the network for zip codes on a part of the digits, for two passes."""
    cell = Cell("lecun1989", "text", "network", "test", TEST_ERROR, None, None)
    recipe = _recipe(lecun1989.recipe(cell))
    return replace(recipe, dataset=shortened(USPS, 1000), epochs=2, keep_weights=False, compiled_steps=1000)


def emotions() -> Recipe:
    """Return a network for emotions on one fold of Emo-DB, for a few epochs."""
    recipe = neumann_vu2017.training(shortened(emodb("prosody"), 1000), attention=False)
    return replace(recipe, epochs=10)


def _recipe(found: Changeable) -> Recipe:
    assert isinstance(found, Recipe)
    return found


COPIES: dict[str, tuple[Callable[[], Recipe], Metric]] = {
    "digits": (digits, ACCURACY),
    "questions": (questions, ACCURACY),
    "zip codes": (zip_codes, TEST_ERROR),
    "emotions": (emotions, UNWEIGHTED_ACCURACY),
}


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
        "dropout's scale": "emotions",
        "pooling": "digits",
        "initialisation": "zip codes",
        "padding row": "questions",
        "batch order": "emotions",
        "precision": "digits",
    }
    others = {
        "labels swapped for 3 %": ("digits", swapped_labels),
        "leaking folds": ("emotions", leaking_folds),
        "shifted connections": ("zip codes", shifted_connections),
    }
    return [
        *(Case(name, copy, _as_factor(name), name) for name, copy in among.items()),
        *(Case(name, copy, partial(preparing, change=change)) for name, (copy, change) in others.items()),
        *(Case(f"clean {copy}", copy, None) for copy in COPIES),
    ]


def planned_copy(copy: str, theirs: float | None = None, runs: int = 1) -> Planned:
    """Return the cell of a copy, with a printed value that is the mean of so many runs."""
    make, metric = COPIES[copy]
    recipe, half = make(), 0.0 if theirs is None else HALF_DIGIT
    cell = Cell(PLANTED, PLANTED, copy, "test", metric, theirs, None, runs=runs, half_digit=half)
    return Planned(cell, recipe, fingerprint(recipe), Options())
