"""The systems that count n-grams or clusters of words."""

from functools import partial
from typing import Any

import numpy as np

from benchmarks.papers.zhang2015.networks import WORD2VEC
from benchmarks.recipe import Measurement
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.topics import Topics, counted, counted_words
from results.metrics import TEST_ERROR

REVISION = 2  # new hashes of words, which break ties and order the columns
COUNTED: dict[str, dict[str, int]] = {  # by the first part of the row: number of n-grams, longest n-gram
    "BoW": {"most": 50_000, "longest": 1},
    "ngrams": {"most": 500_000, "longest": 5},
}
TFIDF = " TFIDF"
BAG_OF_MEANS, MEANS = "Bag-of-means", 5000
SYSTEMS = (*(f"{counted}{weights}" for counted in COUNTED for weights in ("", TFIDF)), BAG_OF_MEANS)
LOGISTIC: dict[str, Any] = {"inverse": 1.0, "tolerance": 1e-4, "iterations": 1000}


def counting(row: str, topics: Topics) -> Measurement:
    """Return the measurement of one of `SYSTEMS`."""
    if row == BAG_OF_MEANS:
        dataset = counted_words(topics, vectors=WORD2VEC | {"min_count": 6})
        measure = partial(means_predictions, means=MEANS, **LOGISTIC)
        return Measurement(dataset=dataset, measure=measure, metrics=(TEST_ERROR,), runs=5, revision=REVISION)
    dataset = counted(topics, **COUNTED[row.removesuffix(TFIDF)])
    measure = partial(counting_predictions, tfidf=row.endswith(TFIDF), **LOGISTIC)
    return Measurement(dataset=dataset, measure=measure, metrics=(TEST_ERROR,), revision=REVISION)


def counting_predictions(fold: Fold, seed: int, **settings: Any) -> np.ndarray:
    """Return the test predictions of logistic regression over counts, (examples,)."""
    from models.ngram_logistic import logistic_predictions

    return logistic_predictions(fold.train.x, fold.train.y, fold.test.x, **settings)


def means_predictions(fold: Fold, seed: int, *, means: int, **settings: Any) -> np.ndarray:
    """Return the test predictions of logistic regression over counts of word clusters, (examples,).

    Raises ValueError if the fold has no vectors.
    """
    from models.ngram_logistic import cluster_assignments

    if fold.vectors is None:
        raise ValueError("The fold has no vectors.")
    clusters = cluster_assignments(fold.vectors, means, seed)
    train, test = (Split(split.x @ clusters, split.y) for split in (fold.train, fold.test))
    return counting_predictions(Fold(train, None, test), seed, tfidf=False, **settings)
