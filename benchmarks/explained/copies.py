"""Quick copies of recipes, to plant deviations in."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.explained.factors import Changeable
from benchmarks.jobs import Options, Planned
from benchmarks.papers import kim2014, lecun1989, neumann_vu2017, starter
from benchmarks.recipe import Recipe, fingerprint, from_keras
from benchmarks.settings import changed
from data_pipelines.dataset import Dataset, Fold, Split
from data_pipelines.datasets.emodb import emodb
from data_pipelines.datasets.usps import USPS
from results.metrics import ACCURACY, TEST_ERROR, UNWEIGHTED_ACCURACY, Metric
from results.published import Cell

PLANTED = "planted"  # the name of the paper in records
HALF_DIGIT = 0.005


def shortened(dataset: Dataset, train: int) -> Dataset:
    """Return a data set with the first examples of its training part, and always the same fold."""
    load = partial(first, load=dataset.load, train=train)
    return replace(dataset, name=f"{dataset.name}, {train}", load=load, examples=None, of_class=(), folds=1)


def first(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold], train: int) -> Fold:
    """Return fold 0 of the first draw with so many training examples."""
    found = load(paths, 0, 0)
    return found._replace(train=Split(found.train.x[:train], found.train.y[:train]))


def by_class(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold]) -> Fold:
    """Return a fold whose training part is sorted by class, as many files are."""
    found = load(paths, fold, seed)
    order = np.argsort(found.train.y, kind="stable")
    return found._replace(train=Split(found.train.x[order], found.train.y[order]))


def in_two_cases(paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold]) -> Fold:
    """Return a fold in which every second text is in capitals."""
    found = load(paths, fold, seed)
    capitals = [word.upper() for word in found.vocabulary]
    symbols = {word: place for place, word in enumerate(dict.fromkeys((*found.vocabulary, *capitals)), 1)}
    upper = np.array([0, *map(symbols.__getitem__, capitals)])

    def mixed(part: Split) -> Split:
        x = np.array(part.x)
        x[::2] = upper[x[::2]]
        return part._replace(x=x)

    valid = found.valid and mixed(found.valid)
    return found._replace(train=mixed(found.train), valid=valid, test=mixed(found.test), vocabulary=tuple(symbols))


def mean_of_words(fold: Fold, rng: np.random.Generator, *, classes: int, width: int, dropout: float) -> Any:
    """Build a classifier of the mean of a text's vectors, over padding too.

    Input: int (texts, words), 0 as padding. Output: logits (texts, classes).
    """
    import keras
    from keras import layers

    from models.text_layers import WordVectors

    words = keras.Input((fold.train.x.shape[1],), dtype="int32", name="words")
    start = rng.uniform(-0.05, 0.05, (len(fold.vocabulary) + 1, width)).astype("float32")
    start[0] = 0
    mean = layers.GlobalAveragePooling1D()(WordVectors(start, name="vectors")(words))
    kept = layers.Dropout(dropout, seed=int(rng.integers(2**31)))(mean)
    return keras.Model(words, layers.Dense(classes)(kept))


def digits() -> Recipe:
    """Return a network for packaged digits."""
    return starter.image_recipe(starter.DIGITS)


def small_start(fold: Fold, rng: np.random.Generator, *, build: Callable[..., Any], deviation: float) -> Any:
    """Build a network whose kernels start as in AlexNet, by a normal distribution of one small deviation."""
    draws = deepcopy(rng)  # so that the order of examples stays
    model = build(fold, rng)
    for kernel in model.trainable_weights:
        if len(kernel.shape) > 1:
            kernel.assign(draws.normal(0, deviation, kernel.shape))
    return model


def digits_from_a_small_start() -> Recipe:
    """Return a network for packaged digits that needs longer to begin to learn."""
    recipe = digits()
    return replace(recipe, build=partial(small_start, build=recipe.build, deviation=0.01))


def questions() -> Recipe:
    """Return a small CNN-rand on a part of TREC, half of it in capitals."""
    dataset = _loaded(shortened(kim2014.TREC, 1500), in_two_cases)
    recipe = kim2014.training(dataset, kim2014.ROWS["CNN-rand"], width=50)
    return _recipe(changed(recipe, (("build.maps", "20"),)))


def word_means() -> Recipe:
    """Return a classifier of mean vectors on a part of TREC, in a file that is sorted by class."""
    dataset = _loaded(shortened(kim2014.TREC, 1500), by_class)
    return replace(
        starter.image_recipe(starter.DIGITS),
        dataset=dataset,
        build=partial(mean_of_words, classes=dataset.classes, width=16, dropout=0.2),
        optimizer=from_keras("optimizers.SGD", learning_rate=0.5, momentum=0.9),
        batch_size=50,
        epochs=40,
        keep=None,
    )


def zip_codes() -> Recipe:
    """Return the network for zip codes on a part of the digits, for three passes."""
    cell = Cell("lecun1989", "text", "network", "test", TEST_ERROR, None, None)
    recipe = _recipe(lecun1989.recipe(cell))
    return replace(recipe, dataset=shortened(USPS, 1000), epochs=3, keep_weights=False, compiled_steps=1000)


def emotions() -> Recipe:
    """Return a narrow network for emotions on one fold of Emo-DB, for a few epochs."""
    recipe = neumann_vu2017.training(shortened(emodb("prosody"), 1000), attention=False)
    return replace(_recipe(changed(recipe, (("build.kernels", "20"),))), epochs=10)


def _loaded(dataset: Dataset, load: Callable[..., Fold]) -> Dataset:
    return replace(dataset, load=partial(load, load=dataset.load))


def _recipe(found: Changeable) -> Recipe:
    assert isinstance(found, Recipe)
    return found


COPIES: dict[str, tuple[Callable[[], Recipe], Metric]] = {
    "digits": (digits, ACCURACY),
    "questions": (questions, ACCURACY),
    "small start": (digits_from_a_small_start, ACCURACY),
    "word means": (word_means, ACCURACY),
    "zip codes": (zip_codes, TEST_ERROR),
    "emotions": (emotions, UNWEIGHTED_ACCURACY),
}


def planned_copy(copy: str, theirs: float | None = None, runs: int = 1) -> Planned:
    """Return the cell of a copy, with a printed value that is the mean of so many runs."""
    make, metric = COPIES[copy]
    recipe, half = make(), 0.0 if theirs is None else HALF_DIGIT
    cell = Cell(PLANTED, PLANTED, copy, "test", metric, theirs, None, runs=runs, half_digit=half)
    return Planned(cell, recipe, fingerprint(recipe), Options())
