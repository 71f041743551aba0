"""Labelled texts as word numbers on disk, written in one pass however many there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from data_pipelines.cache import Blocks, kept_blocks
from data_pipelines.text.csv_rows import CsvTexts, Rows
from data_pipelines.text.ragged import ARRAYS, Ragged, loaded, stored

VERSION = 4  # of the numbering, of what a word is, of its hash and of how a corpus is kept
LARGEST_VOCABULARY = np.iinfo("uint16").max


class WordRule(NamedTuple):
    """What a word is: a run of bytes other than separators, in lower case if ASCII."""

    name: str
    separators: bytes
    prepared: Callable[[Any], Any] = lambda texts: texts  # changes an Arrow array of texts before they are split

    @property
    def letters(self) -> bytes:
        """Return what each of the 256 bytes counts as in a word, a blank for separators."""
        return bytes(range(256)).lower().translate(bytes.maketrans(self.separators, b" " * len(self.separators)))


# Zhang, Zhao & LeCun (2015) do not define a word. We assume runs of letters and digits in lower case; bytes that
# are not ASCII count as letters and keep their case.
ALPHANUMERIC = WordRule("letters and digits", bytes(byte for byte in range(128) if not chr(byte).isalnum()))


class Corpus:
    """Labelled texts as word numbers, in the order of first occurrences; iterating yields lists of words."""

    def __init__(self, texts: Ragged, words: np.ndarray, source: dict[str, Any]) -> None:
        self.texts = texts
        self.source = source  # everything that it depends on
        self._words = words  # uint8, a line end behind each

    def words(self) -> list[bytes]:
        """Return the distinct words, each at its number."""
        return self._words.tobytes().split(b"\n")[:-1]

    def strings(self) -> Any:
        """Return the distinct words as an Arrow array of strings; invalid UTF-8 becomes U+FFFD."""
        import pyarrow
        from pyarrow import compute

        text = self._words.tobytes().decode("utf-8", "replace").removesuffix("\n")
        return compute.split_pattern(pyarrow.array([text] if text else [], pyarrow.string()), "\n").flatten()

    @cached_property
    def hashes(self) -> np.ndarray:
        """Return a hash of each distinct word, uint64 (distinct words,)."""
        return hash_words(self.words())

    def frequencies(self) -> np.ndarray:
        """Return how often each distinct word occurs, int64 (distinct words,)."""
        from data_pipelines.text.word_numbering import count

        found = np.zeros(np.count_nonzero(self._words == ord("\n")), "int64")
        count(self.texts.values, found)
        return found

    def frequent_words(self, size: int) -> tuple[str, ...]:
        """Return up to `size` words, the most frequent first; of equally frequent words, the earlier first.

        Raises ValueError for more words than uint16 can number.
        """
        if size > LARGEST_VOCABULARY:
            raise ValueError(f"{size:,} words. Expected {LARGEST_VOCABULARY:,} or fewer.")
        order = np.argsort(-self.frequencies(), kind="stable")[:size]
        return tuple(dict.fromkeys(self.strings().take(order).to_pylist()))  # invalid UTF-8 may look alike

    def positions(self, vocabulary: Sequence[str]) -> np.ndarray:
        """Return the position of each distinct word in a vocabulary, from 1; 0 if missing: uint16."""
        import pyarrow
        from pyarrow import compute

        found = compute.index_in(self.strings(), pyarrow.array(vocabulary, pyarrow.string()))
        return (compute.fill_null(found, -1).to_numpy() + 1).astype("uint16")

    def __iter__(self) -> Iterator[list[str]]:
        words = self.strings().to_numpy(zero_copy_only=False)
        for block in self.texts.blocks():
            yield from (text.tolist() for text in np.split(words[block.values], block.offsets[1:-1]))


def read_corpus(texts: CsvTexts, rule: WordRule) -> Corpus:
    """Return the word numbers and the classes of texts; each file is read once."""
    source = texts.source() | {"words": [rule.name, VERSION]}
    arrays = kept_blocks("corpus", source, (*ARRAYS, "words"), lambda: numbered(texts.rows(), rule))
    return Corpus(loaded(arrays), arrays["words"], source)


def numbered(blocks: Iterable[Rows], rule: WordRule) -> Iterator[Blocks]:
    """Yield the arrays of a corpus by the block: its texts, and at the end its distinct words."""
    from data_pipelines.text.word_numbering import WordIndex

    index = WordIndex(rule.letters)
    yield from stored(index.number(Ragged.of_texts(rule.prepared(texts), y)) for y, texts in blocks)
    yield {"words": np.frombuffer(index.words(), "uint8")}


def hash_words(words: Sequence[Any]) -> np.ndarray:
    """Return a hash of each word, given as text or bytes: uint64 (words,)."""
    from pandas.util import hash_array

    return hash_array(np.asarray(words, dtype=object), categorize=False)
