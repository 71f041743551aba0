"""The ConvNets over characters or words, and the LSTM."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.recipe import CROSS_ENTROPY, Recipe
from data_pipelines.dataset import Dataset, Fold, Split
from data_pipelines.datasets.topics import Topics, characters, words
from data_pipelines.folds import balanced_order
from data_pipelines.text.batching import cut, end_to_end
from data_pipelines.text.character_ids import channels
from results.metrics import TEST_ERROR

SIZES = {  # by the first part of the row
    "Lg.": {"maps": 1024, "units": 2048, "deviation": 0.02},
    "Sm.": {"maps": 256, "units": 1024, "deviation": 0.05},
}
CHARACTERS = {"Conv.": False, "Full Conv.": True}  # whether capitals have their own channels
WORDS = {"w2v Conv.": False, "Lk. Conv.": True}  # whether the vectors are trained with the network
SYNONYMS = " Th."
MOST_WORDS = 50_000
WIDTH = 300
WORD2VEC: dict[str, Any] = {
    "width": WIDTH,
    "skip_gram": False,
    "window": 5,
    "negative": 5,
    "min_count": 5,
    "epochs": 5,
    "sample": 1e-3,
    "rate": 0.05,
}
BATCH_SIZE = 128
DESCENT = {"rate": 0.01, "momentum": 0.9, "decay": 1e-5}
DROPOUT = 0.5
CHANGED: dict[str, Any] = {"going_on": 0.5, "taking": 0.5}  # p and q of the synonyms
LAID: dict[str, Any] = {"frames": 34, "stride": 27}  # as in models.zhang_convnet, which imports Keras


class Schedule(NamedTuple):
    """Minibatches per epoch, epochs, and the number of minibatches after which the rate is halved."""

    minibatches: int
    epochs: int
    halved_every: int


def kind_of(row: str) -> str:
    """Return the kind of network of a row, without size and synonyms."""
    return row.removesuffix(SYNONYMS).split(" ", 1)[-1]


def convnet(row: str, topics: Topics, schedule: Schedule) -> Recipe:
    """Return the recipe of a ConvNet by its printed name."""
    size, kind = row.split(" ", 1)[0], kind_of(row)
    synonyms = row.endswith(SYNONYMS)
    if kind in CHARACTERS:
        full = CHARACTERS[kind]
        dataset = characters(topics, full=full, synonyms=synonyms)
        build: Any = partial(build_characters, channels=len(channels(full)))
    else:
        tuned = WORDS[kind]
        dataset = words(topics, most=MOST_WORDS, vectors=None if tuned else WORD2VEC, synonyms=synonyms)
        build = partial(build_words, width=WIDTH, tuned=tuned)
    return _training(
        dataset,
        partial(build, classes=topics.classes, dropout=DROPOUT, **SIZES[size]),
        schedule,
        partial(sgd, **DESCENT, halved_every=schedule.halved_every),
        arrange=partial(end_to_end, **LAID),
        **({"prepare": partial(with_synonyms, **CHANGED)} if synonyms else {}),
    )


def lstm(topics: Topics, schedule: Schedule) -> Recipe:
    """Return the recipe of the LSTM."""
    return _training(
        words(topics, most=MOST_WORDS, vectors=WORD2VEC),
        partial(build_lstm, width=WIDTH, units=512, classes=topics.classes),
        schedule,
        partial(sgd, **DESCENT, halved_every=schedule.halved_every, clip=5.0),
        arrange=cut,
    )


def _training(dataset: Dataset, build: Any, schedule: Schedule, optimizer: Any, **settings: Any) -> Recipe:
    return Recipe(
        dataset=dataset,
        build=build,
        optimizer=optimizer,
        loss=CROSS_ENTROPY,
        metrics=(TEST_ERROR,),
        batch_size=BATCH_SIZE,
        epochs=schedule.epochs,
        order=partial(balanced_order, batches=schedule.minibatches),
        **settings,
    )


def sgd(*, rate: float, momentum: float, decay: float, halved_every: int, clip: float | None = None) -> Any:
    """Return gradient descent with momentum and weight decay; its rate halves every `halved_every` minibatches."""
    from keras import optimizers

    falling = optimizers.schedules.ExponentialDecay(rate, halved_every, 0.5, staircase=True)
    return optimizers.SGD(falling, momentum=momentum, weight_decay=decay, global_clipnorm=clip)


def with_synonyms(fold: Fold, rng: np.random.Generator, *, going_on: float, taking: float) -> Fold:
    """Let training texts draw synonyms from the random stream of the job; see `data_pipelines.text.synonyms`."""
    x = fold.train.x.drawn_by(rng, going_on=going_on, taking=taking)
    return fold._replace(train=Split(x, fold.train.y))


def build_characters(fold: Fold, rng: np.random.Generator, *, channels: int, classes: int, **size: Any) -> Any:
    """Build a ConvNet over characters."""
    from models.zhang_convnet import char_cnn

    return char_cnn(channels, classes, **size)


def build_words(
    fold: Fold, rng: np.random.Generator, *, width: int, tuned: bool, classes: int, deviation: float, **size: Any
) -> Any:
    """Build a ConvNet over words, with a trained lookup table or the frozen vectors of the fold."""
    from models.zhang_convnet import word_cnn

    drawn = (len(fold.vocabulary) + 1, width)
    vectors = rng.normal(0, deviation, drawn).astype("float32") if tuned else given_vectors(fold)
    vectors[0] = 0
    return word_cnn(vectors, tuned, classes, deviation=deviation, **size)


def build_lstm(fold: Fold, rng: np.random.Generator, *, width: int, units: int, classes: int) -> Any:
    """Build the LSTM over the vectors of the fold."""
    from models.zhang_lstm import mean_lstm

    return mean_lstm(given_vectors(fold), classes, units=units)


def given_vectors(fold: Fold) -> np.ndarray:
    """Return the vectors of the fold, zero for padding and for words without one: float32 (words + 1, width).

    Raises ValueError if the fold has none.
    """
    if fold.vectors is None:
        raise ValueError("The fold has no vectors.")
    return np.pad(np.nan_to_num(fold.vectors), ((1, 0), (0, 0)))
