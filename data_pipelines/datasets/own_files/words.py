"""Texts as padded word numbers, with the vocabulary of the training part."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold
from data_pipelines.text import tokens

UNKNOWN = "<unknown>"
WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")

Tokenise = Callable[[str], list[str]]


def words_and_marks(text: str) -> list[str]:
    """Split a text into lower-case words of any script and single punctuation marks."""
    return WORD_OR_MARK.findall(text.lower())


def word_ids(
    data: Dataset,
    *,
    tokenise: Tokenise = words_and_marks,
    min_count: int = 1,
    longest: int = 1000,
    front: int = 4,
) -> Dataset:
    """Return a data set of texts as padded word numbers, as `models.sentence_cnn` takes them through `pack`.

    x is int32 (examples, width), with `front` zeros before and at least as many behind: one less than
    the width of the widest filter. The vocabulary has the words that the training part has `min_count` times, then
    UNKNOWN for all others; word i is i + 1. Longer texts are cut to `longest` words.
    """
    settings: dict[str, Any] = {"tokenise": tokenise, "min_count": min_count, "longest": longest, "front": front}
    load = partial(load_word_ids, load=data.load, **settings)
    return replace(data, name=f"{data.name} in words", load=load)


def load_word_ids(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    load: Callable[..., Fold],
    tokenise: Tokenise,
    min_count: int,
    longest: int,
    front: int,
) -> Fold:
    """Return a fold of another loader with its texts as word numbers. Raises DataError if they are not texts."""
    found = load(paths, fold, seed)
    if found.train.x.dtype != object:
        raise DataError(f"{paths[0]} was loaded as numbers. Expected texts: table_data(..., text=COLUMN).")
    parts = [part for part in found[:3] if part is not None]
    sentences = [[tokenise(text)[:longest] for text in part.x] for part in parts]
    counts = Counter(word for sentence in sentences[0] for word in sentence)
    vocabulary = (*(word for word, count in counts.items() if count >= min_count and word != UNKNOWN), UNKNOWN)
    width = max(len(sentence) for part in sentences for sentence in part) + 2 * front
    encoded = partial(_encoded, vocabulary=vocabulary, front=front, width=width)
    train, *valid, test = (part._replace(x=encoded(own)) for part, own in zip(parts, sentences, strict=True))
    return Fold(train, valid[0] if valid else None, test, vocabulary)


def _encoded(sentences: Sequence[list[str]], *, vocabulary: Sequence[str], front: int, width: int) -> np.ndarray:
    known = set(vocabulary)
    covered = [[word if word in known else UNKNOWN for word in sentence] for sentence in sentences]
    return tokens.encode(covered, vocabulary, front=front, width=width)
