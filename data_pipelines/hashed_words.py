"""Labelled texts of any number as 64-bit hashes of their words: one array on disk, read in blocks.

A number with its highest bit is a word's hash; one without begins a text, and is its class.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError

WORD = np.uint64(1 << 63)
BLOCK = 1 << 21  # numbers that are held at a time
VERSION = 1  # of what a word is and how it is hashed, in this file and in those that cut texts into words


class Block(NamedTuple):
    """Some texts, one behind the other."""

    words: np.ndarray  # uint64 (words,), their hashes
    texts: np.ndarray  # int64 (words,), the text of each, from 0 in the block
    y: np.ndarray  # int32 (texts,), classes


def hash_words(words: Sequence[Any]) -> np.ndarray:
    """Return a hash for each word or its bytes, uint64 (words,)."""
    from pandas.util import hash_array

    return hash_array(np.asarray(words, dtype=object), categorize=False) | WORD


def hash_texts(y: np.ndarray, lists: Any) -> np.ndarray:
    """Return classes and words, an Arrow array of lists, as uint64 (texts + words,)."""
    import pyarrow
    from pyarrow import compute

    flat = lists.flatten().cast(pyarrow.binary()).dictionary_encode()
    names = flat.dictionary.to_pylist()
    hashes = hash_words(names)[flat.indices.to_numpy()] if names else np.zeros(0, "uint64")
    sizes = compute.list_value_length(lists).to_numpy()
    is_word = np.append(compute.binary_length(flat.dictionary).to_numpy(), 0)[flat.indices.to_numpy()] > 0
    texts = np.repeat(np.arange(len(sizes)), sizes)[is_word]
    found = np.empty(len(y) + len(texts), "uint64")
    starts = np.arange(len(y)) + np.searchsorted(texts, np.arange(len(y)))
    found[starts] = y
    found[np.arange(len(texts)) + texts + 1] = hashes[is_word]
    return found


def blocks(corpus: np.ndarray) -> Iterator[Block]:
    """Yield whole texts of an array as `hash_texts` makes them, fewer than BLOCK numbers at a time.

    Raises DataError for a text that has more.
    """
    start = 0
    while start < len(corpus):
        part = np.asarray(corpus[start : start + BLOCK])
        marks = np.flatnonzero(part < WORD)
        if start + len(part) < len(corpus):
            part, marks = part[: marks[-1]], marks[:-1]
        if not len(part):
            raise DataError(f"A text has {BLOCK:,} words or more. Expected texts that fit into memory many times.")
        is_word = part >= WORD
        yield Block(part[is_word], (np.cumsum(~is_word) - 1)[is_word], part[marks].astype("int32"))
        start += len(part)
