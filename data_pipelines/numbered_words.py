"""Labelled texts of any number as numbers of their words: one array on disk, written in a single pass.

A number from 0 on is a word's, in the order of first occurrences; a negative one, -1 - class, begins
a text. Behind the last text stand the words themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.cache import kept_blocks
from data_pipelines.dataset import DataError
from data_pipelines.labelled_rows import Part

BLOCK = 1 << 21  # numbers that are held at a time
VERSION = 3  # of what a word is, its hash, and how it is kept, here and in the files that cut texts into words
EMPTY = np.iinfo("int32").min


class Block(NamedTuple):
    """Some texts, one behind the other."""

    words: np.ndarray  # int32 (words,), their numbers
    texts: np.ndarray  # int64 (words,), the text of each, from 0 in the block
    y: np.ndarray  # int32 (texts,), classes


class Corpus:
    """Labelled texts as numbers, memory-mapped, and their distinct words; its texts are lists of words."""

    def __init__(self, content: np.ndarray, source: dict[str, Any]) -> None:
        self.source = source  # all that it depends on
        words = len(content) - 1 - int(content[-1])
        self.numbers, self._words = content[:words], content[words:-1]

    def words(self) -> list[bytes]:
        """Return the distinct words, each at its number."""
        return [word for word in self._words.tobytes().split(b"\n") if word]

    @cached_property
    def hashes(self) -> np.ndarray:
        """Return a hash for each distinct word, uint64 (distinct words,)."""
        return hash_words(self.words())

    def frequencies(self) -> np.ndarray:
        """Return how often each word occurs, int64 (distinct words,)."""
        found = np.zeros(len(self.words()), "int64")
        for block in self.blocks():
            found += np.bincount(block.words, minlength=len(found))
        return found

    @cached_property
    def starts(self) -> np.ndarray:
        """Return where the words of each text begin among the numbers, int64 (texts,)."""
        places = range(0, len(self.numbers), BLOCK)
        return np.concatenate([at + 1 + np.flatnonzero(self.numbers[at : at + BLOCK] < 0) for at in places])

    def classes(self) -> np.ndarray:
        """Return the class of each text, int32 (texts,)."""
        return -1 - self.numbers[self.starts - 1]

    def blocks(self) -> Iterator[Block]:
        """Yield whole texts, fewer than BLOCK numbers at a time.

        Raises DataError for a text that has more.
        """
        start = 0
        while start < len(self.numbers):
            part = np.asarray(self.numbers[start : start + BLOCK])
            marks = np.flatnonzero(part < 0)
            if start + len(part) < len(self.numbers):
                part, marks = part[: marks[-1]], marks[:-1]
            if not len(part):
                raise DataError(
                    f"A text has {BLOCK:,} words or more. Expected texts that fit into memory many times."
                )
            is_word = part >= 0
            yield Block(part[is_word], (np.cumsum(~is_word) - 1)[is_word], -1 - part[marks])
            start += len(part)

    def __iter__(self) -> Iterator[list[str]]:
        words = np.array(decoded(self.words()), dtype=object)
        for block in self.blocks():
            ends = np.cumsum(np.bincount(block.texts, minlength=len(block.y)))
            yield from (words[text].tolist() for text in np.split(block.words, ends[:-1]))


def read_corpus(part: Part, split: Callable[[Any], Any]) -> Corpus:
    """Return the words and the classes of a part; read once.

    `split` makes an Arrow array of lists of words of texts.
    """
    source = part.source() | {"words": [f"{split.__module__}.{split.__name__}", VERSION]}
    texts = ((rows.y, split(rows.texts)) for rows in part.rows())
    return Corpus(kept_blocks("numbered_words", source, lambda: numbered(texts)), source)


def numbered(blocks: Any) -> Iterator[np.ndarray]:
    """Yield the content of a `Corpus`, int32, for pairs of classes and of an Arrow array of lists of words."""
    known: dict[bytes, int] = {}
    for y, lists in blocks:
        yield _numbered(y, lists, known)
    content = b"\n".join(known)
    content += b"\n" * (-len(content) % 4)
    yield np.append(np.frombuffer(content, "int32"), np.int32(len(content) // 4))


def _numbered(y: np.ndarray, lists: Any, known: dict[bytes, int]) -> np.ndarray:
    """Return classes and words, and add new words to those known; empty words are left out."""
    import pyarrow

    flat = lists.flatten().cast(pyarrow.binary()).dictionary_encode()
    words = flat.dictionary.to_pylist()
    of_words = np.array([known.setdefault(word, len(known)) if word else EMPTY for word in words], "int32")
    starts = lists.offsets.to_numpy()[: len(y)]
    found = np.insert(of_words[flat.indices.to_numpy()], starts - starts[:1], -1 - y)
    return found[found != EMPTY] if b"" in words else found


def hash_words(words: Sequence[Any]) -> np.ndarray:
    """Return a hash for each word or its bytes, uint64 (words,)."""
    from pandas.util import hash_array

    return hash_array(np.asarray(words, dtype=object), categorize=False)


def decoded(words: Sequence[bytes]) -> list[str]:
    """Return words as text; bytes that are no UTF-8 become the mark for such."""
    return [word.decode("utf-8", "replace") for word in words]
