"""Labelled texts of any number as numbers of their words: one array on disk, written in a single pass.

A number from 0 on is a word's, in the order of first occurrences; a negative one, -1 - class, begins
a text. Behind the last text stand the words themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.cache import kept_blocks
from data_pipelines.dataset import DataError
from data_pipelines.text.csv_rows import Part, Rows

BLOCK = 1 << 21  # numbers that are held at a time
VERSION = 3  # of what a word is, its hash, and how it is kept, here and in the files that cut texts into words


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

    def texts_of_words(self) -> Any:
        """Return the distinct words as an Arrow array of strings, the mark for such where bytes are no UTF-8."""
        import pyarrow
        from pyarrow import compute

        text = self._words.tobytes().rstrip(b"\n").decode("utf-8", "replace")
        return compute.split_pattern(pyarrow.array([text] if text else [], pyarrow.string()), "\n").flatten()

    @cached_property
    def hashes(self) -> np.ndarray:
        """Return a hash for each distinct word, uint64 (distinct words,)."""
        return hash_words(self.words())

    def frequencies(self) -> np.ndarray:
        """Return how often each word occurs, int64 (distinct words,)."""
        from data_pipelines.text.word_numbering import count

        found = np.zeros(int(self.numbers.max(initial=-1)) + 1, "int64")
        count(np.asarray(self.numbers), found)
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
        words = self.texts_of_words().to_numpy(zero_copy_only=False)
        for block in self.blocks():
            ends = np.cumsum(np.bincount(block.texts, minlength=len(block.y)))
            yield from (words[text].tolist() for text in np.split(block.words, ends[:-1]))


class WordRule(NamedTuple):
    """What a word of a text is: a run of bytes, in lower case where ASCII has one."""

    name: str
    blanks: bytes  # those that stand between words
    prepared: Callable[[Any], Any] = lambda texts: texts  # Arrow arrays of strings, before they are cut

    @property
    def letters(self) -> bytes:
        """Return what each of the 256 bytes is in a word, a blank for those between words."""
        return bytes(range(256)).lower().translate(bytes.maketrans(self.blanks, b" " * len(self.blanks)))


def read_corpus(part: Part, rule: WordRule) -> Corpus:
    """Return the words and the classes of a part; read once."""
    source = part.source() | {"words": [rule.name, VERSION]}
    return Corpus(kept_blocks("numbered_words", source, lambda: numbered(part.rows(), rule)), source)


def numbered(blocks: Iterable[Rows], rule: WordRule) -> Iterator[np.ndarray]:
    """Yield the content of a `Corpus`, int32, of labelled texts."""
    from data_pipelines.text.word_numbering import WordTable

    table = WordTable(rule.letters)
    for y, texts in blocks:
        yield table.number(rule.prepared(texts), -1 - y)
    content = table.words()
    content += b"\n" * (-len(content) % 4)
    yield np.append(np.frombuffer(content, "int32"), np.int32(len(content) // 4))


def hash_words(words: Sequence[Any]) -> np.ndarray:
    """Return a hash for each word or its bytes, uint64 (words,)."""
    from pandas.util import hash_array

    return hash_array(np.asarray(words, dtype=object), categorize=False)
