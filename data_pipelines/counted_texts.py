"""Labelled rows as folds of counts: how often each text has the most frequent n-grams, or words with vectors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.cache import digest, kept, kept_blocks
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.hashed_words import VERSION, hash_texts, hash_words
from data_pipelines.labelled_rows import Joined
from data_pipelines.labelled_texts import Part, Sentences, kept_words, parts
from data_pipelines.ngrams import counts, most_frequent
from data_pipelines.word_rows import count_words, words_of
from data_pipelines.word_vectors import own_vectors


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
    train, test = map(corpus, parts(paths, classes, fields, join))
    source = {"corpus": digest(train), "most": most, "longest": longest}
    known = kept("ngrams", source, lambda: most_frequent(train, longest, most))
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
    train, test = parts(paths, classes, fields, join)
    words = _frequent_words(train, vectors["min_count"])
    hashes = hash_words(words)
    order = np.argsort(hashes)
    found = own_vectors(digest(str(train.source()), *words), Sentences(train), words, seed, **vectors)
    splits = [Split(*counts(corpus(part), hashes[order], 1)) for part in (train, test)]
    return Fold(splits[0], None, splits[1], tuple(words[place] for place in order), np.asarray(found)[order])


def corpus(part: Part, split: Callable[[Any], Any] = words_of) -> np.ndarray:
    """Return the hashed words and the classes of a part, memory-mapped; read once.

    `split` makes an Arrow array of lists of words of texts.
    """
    source = part.source() | {"words": [f"{split.__module__}.{split.__name__}", VERSION]}
    return kept_blocks(
        "hashed_words", source, lambda: (hash_texts(rows.y, split(rows.texts)) for rows in part.rows())
    )


def _frequent_words(part: Part, least: int) -> tuple[str, ...]:
    """Return the words of a part that occur `least` times or more, counted once."""
    return kept_words(
        part.source() | {"least": least},
        lambda: [word for word, count in count_words(part.texts()).items() if count >= least],
    )
