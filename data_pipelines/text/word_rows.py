"""Texts as the numbers of their words, over the most frequent words of a corpus.

Zhang, Zhao & LeCun (2015) do not say what a word is. We assume runs of letters and digits, in lower case; what is
not ASCII counts as letters and keeps its case.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from data_pipelines.text.corpus import Corpus, WordRule

if TYPE_CHECKING:
    from data_pipelines.text.word_numbering import WordTable

WORDS = WordRule("letters and digits", bytes(byte for byte in range(128) if not chr(byte).isalnum()))
LARGEST_VOCABULARY = np.iinfo("uint16").max


def frequent_words(corpus: Corpus, size: int) -> tuple[str, ...]:
    """Return up to `size` words of a corpus, the most frequent first, the earlier one where two tie.

    Raises ValueError for more words than a row has numbers for.
    """
    if size > LARGEST_VOCABULARY:
        raise ValueError(f"{size:,} words. Expected {LARGEST_VOCABULARY:,} or fewer.")
    order = np.argsort(-corpus.frequencies(), kind="stable")[:size]
    words = corpus.texts_of_words().take(order).to_pylist()
    return tuple(dict.fromkeys(words))  # what is no UTF-8 may look alike


class WordRows:
    """The texts of a corpus as rows of numbers, made when they are asked for."""

    def __init__(self, corpus: Corpus, vocabulary: Sequence[str], length: int) -> None:
        self._places = _places(corpus.texts_of_words(), vocabulary)
        self._numbers, self._starts, self.length = corpus.numbers, corpus.starts, length
        self._sizes = np.minimum(np.diff(self._starts, append=len(self._numbers) + 1) - 1, length)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, rows: slice | Sequence[int] | np.ndarray) -> np.ndarray:
        """Return uint16 (texts, length): word i of the vocabulary as i + 1; 0 for others and behind the last one.

        Longer texts are cut at their end.
        """
        starts, sizes = self._starts[rows], self._sizes[rows]
        found = np.zeros((len(starts), self.length), "uint16")
        for row, start, size in zip(found, starts, sizes, strict=True):
            row[:size] = self._places[self._numbers[start : start + size]]
        return found


def number_words(texts: Any, vocabulary: "WordTable", length: int) -> np.ndarray:
    """Return the rows of an Arrow array of texts, as `WordRows` does."""
    content = vocabulary.number(texts, np.full(len(texts), -1, "int32"), is_open=False)
    numbers = (content + 1) % (len(vocabulary) + 1)
    starts = np.flatnonzero(content < 0)
    sizes = np.diff(starts, append=len(content))
    rows = np.repeat(np.arange(len(texts)), sizes)
    places = np.arange(len(content)) - starts[rows] - 1  # -1 for where a text begins
    fits = (places >= 0) & (places < length)
    found = np.zeros((len(texts), length), "uint16")
    found[rows[fits], places[fits]] = numbers[fits]
    return found


def _places(words: Any, vocabulary: Sequence[str]) -> np.ndarray:
    """Return the place of each string in a vocabulary, from 1 on, 0 for others: uint16 (words,)."""
    import pyarrow
    from pyarrow import compute

    found = compute.index_in(words, pyarrow.array(vocabulary, pyarrow.string()))
    return (compute.fill_null(found, -1).to_numpy() + 1).astype("uint16")
