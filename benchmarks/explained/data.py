"""Other data for a factor: letter case, normalisation, folds."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.explained.factors import CannotChange
from data_pipelines.dataset import Fold, Split

OTHER_SEEDS = 100_003  # added to a seed, so that other folds are drawn
Prepare = Callable[[Fold, np.random.Generator], Fold]


def other_folds(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold]) -> Fold:
    """Return a fold of another draw."""
    return load(paths, fold, seed + OTHER_SEEDS)


def in_lower_case(fold: Fold, rng: np.random.Generator, *, prepare: Prepare) -> Fold:
    """Give words that differ in case alone one symbol, then prepare. Raises CannotChange where there are none."""
    first: dict[str, int] = {}
    for place, word in enumerate(fold.vocabulary):
        first.setdefault(word.casefold(), place + 1)
    symbols = np.array([0, *(first[word.casefold()] for word in fold.vocabulary)])
    if len(first) == len(fold.vocabulary):
        raise CannotChange("no two words differ in case alone")
    return prepare(_mapped(fold, lambda x: symbols[x].astype(x.dtype)), rng)


def normalised(fold: Fold, rng: np.random.Generator, *, prepare: Prepare) -> Fold:
    """Shift and scale inputs by their mean and deviation in the training part, then prepare.

    Raises CannotChange for inputs that are not numbers, or have been normalised.
    """
    x = fold.train.x
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise CannotChange("the inputs are symbols")
    mean, deviation = float(x.mean(dtype="float64")), float(x.std(dtype="float64"))
    if abs(mean) < 0.05 and abs(deviation - 1) < 0.05 or deviation == 0:
        raise CannotChange("the inputs have mean 0 and deviation 1 already")
    return prepare(_mapped(fold, lambda part: ((part - mean) / deviation).astype(x.dtype)), rng)


def _mapped(fold: Fold, change: Callable[[np.ndarray], np.ndarray]) -> Fold:
    def other(part: Split) -> Split:
        return part._replace(x=change(part.x))

    return fold._replace(train=other(fold.train), valid=fold.valid and other(fold.valid), test=other(fold.test))
