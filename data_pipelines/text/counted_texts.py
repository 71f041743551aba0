"""Labelled rows as folds of counts: how often each text has the most frequent n-grams, or words with vectors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.cache import digest, kept
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.text.corpus import read_corpus
from data_pipelines.text.csv_rows import Joined, parts
from data_pipelines.text.ngrams import counts, frequent_ngrams
from data_pipelines.text.word2vec import own_vectors
from data_pipelines.text.word_rows import WORDS


def load_counts(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    join: Joined,
    most: int,
    longest: int,
) -> Fold:
    """Return how often each text has the training part's `most` most frequent n-grams, up to `longest` words.

    Sparse float32 (rows, n-grams) and classes. `join` makes texts of the fields of rows. The words
    of each part are read once, and kept on disk.
    Raises DataError for files of another form, and for a training part without words.
    """
    train, test = (read_corpus(part, WORDS) for part in parts(paths, classes, fields, join))
    source = {"corpus": train.source, "most": most, "longest": longest}
    known = kept("ngrams", source, lambda: frequent_ngrams(train, longest, most))
    if not len(known):
        raise DataError(f"{paths[0]} has no words to count.")
    return Fold(Split(*counts(train, known, longest)), None, Split(*counts(test, known, longest)))


def load_word_counts(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: int,
    fields: int,
    join: Joined,
    vectors: dict[str, Any],
) -> Fold:
    """Return how often each text has each word that has a vector, and the vectors, of the training part.

    Sparse float32 (rows, words) and classes. `vectors`: settings of `train_vectors`, whose `min_count` says which
    words have one. Otherwise as `load_counts`.
    """
    train, test = (read_corpus(part, WORDS) for part in parts(paths, classes, fields, join))
    frequent = np.flatnonzero(train.frequencies() >= vectors["min_count"])
    hashes = train.hashes[frequent]
    words = train.texts_of_words().take(frequent).to_pylist()
    order = np.argsort(hashes)
    found = own_vectors(digest(str(train.source), *words), train, words, seed, **vectors)
    first, last = (Split(*counts(texts, hashes[order], 1)) for texts in (train, test))
    return Fold(first, None, last, tuple(words[place] for place in order), np.asarray(found)[order])
