"""Joulin, Grave, Bojanowski & Mikolov (2017), Bag of Tricks for Efficient Text Classification (fastText).

Source: EACL 2017, arXiv 1607.01759, tables 1 and 2; the published code (classification-results.sh). Cells that
could not be checked against a public source have a note.
Margin: 0.5 points, because no spread was published.

From the code: 10 hidden units, 5 epochs, 10 million buckets, no limit on the vocabulary, one learning rate per
data set; embeddings start as U[-1/10, 1/10] and class weights at zero; the rate decays linearly to zero; the
definition of a word; a comma before each field and an end mark after the last one; lines are shuffled once.

char-CNN is quoted from "Text Understanding from Scratch" (arXiv 1502.01710), not from Zhang et al. (2015).
"""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.recipe import NotAttempted, Recipe, constant_order, from_keras
from benchmarks.table import Assumption, PaperTable
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.topics import TOPICS, Topics, bags
from data_pipelines.text.batching import cut
from results.metrics import ACCURACY, Metric
from results.published import Cell

ROWS = {"fastText, h = 10": 1, "fastText, h = 10, bigram": 2}  # length of the longest n-gram
RATES = dict(zip(TOPICS, (0.25, 0.5, 0.5, 0.1, 0.1, 0.1, 0.05, 0.05), strict=True))
BUCKETS = 10_000_000
EPOCHS, THREADS = 5, 4


def recipe(cell: Cell) -> Recipe | NotAttempted:
    """Return the recipe of a cell."""
    if cell.table == "2":
        return NotAttempted("a training time on one Tesla K40, or on 20 threads")
    if cell.row not in ROWS:
        return NotAttempted("quoted by Joulin et al. (2017) from another paper")
    return training(TOPICS[cell.column], ROWS[cell.row], RATES[cell.column], ACCURACY)


def training(topics: Topics, longest: int, rate: float, metric: Metric) -> Recipe:
    """Return the recipe for a data set, from section 3.1 and the published code."""
    steps = EPOCHS * -(-topics.train // THREADS)
    return Recipe(
        dataset=bags(topics, longest=longest, buckets=BUCKETS),
        build=partial(build, classes=topics.classes, width=10),
        optimizer=partial(falling_sgd, rate=rate, steps=steps),
        loss=from_keras("losses.SparseCategoricalCrossentropy", from_logits=True, reduction="sum"),
        metrics=(metric,),
        batch_size=THREADS,
        epochs=EPOCHS,
        prepare=shuffled,
        order=constant_order,
        arrange=cut,
        compiled_steps=256,
        revision=2,  # a new hash function for the buckets
    )


def build(fold: Fold, rng: np.random.Generator, *, classes: int, width: int) -> Any:
    """Build the classifier with a row for each word and bucket of the fold."""
    from models.fasttext import fasttext

    return fasttext(fold.train.x.most, classes, width=width)


def falling_sgd(*, rate: float, steps: int) -> Any:
    """Return gradient descent whose rate decays linearly to zero over `steps`."""
    from keras import optimizers

    return optimizers.SGD(optimizers.schedules.PolynomialDecay(rate, steps, 0.0))


def shuffled(fold: Fold, rng: np.random.Generator) -> Fold:
    """Shuffle the training part once."""
    order = rng.permutation(len(fold.train.y))
    return fold._replace(train=Split(fold.train.x.in_order(order), fold.train.y[order]))


NOTES = (
    "Table 1 has no records for AG, because its training file was not available. zhang2015 has both systems on "
    "9,982 rows of that file.",
)
TITLE = "Joulin, Grave, Bojanowski & Mikolov (2017), Bag of Tricks for Efficient Text Classification"
ASSUMPTIONS = (
    Assumption(
        "where fastText has four threads that update one table without locks, we use batches of four texts "
        "and sum their gradients",
        deviates=True,
    ),
    Assumption(
        "a different hash function assigns the buckets",
        deviates=True,
    ),
    Assumption(
        "the rates without bigrams, which were not published, equal those with bigrams",
    ),
)
TABLE = PaperTable(
    "joulin2017", TITLE, recipe, NOTES, address="https://arxiv.org/abs/1607.01759", assumptions=ASSUMPTIONS
)
