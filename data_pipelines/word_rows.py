"""Texts as the numbers of their words, over the most frequent words of a corpus.

Zhang, Zhao & LeCun (2015) do not say what a word is. We assume runs of letters and digits, in lower case; what is
not ASCII counts as letters and keeps its case.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from data_pipelines.numbered_words import Corpus

SEPARATORS = bytes(byte for byte in range(128) if not chr(byte).isalnum())  # all other bytes count as letters
BLANKED = bytes(range(256)).lower().translate(bytes.maketrans(SEPARATORS, b" " * len(SEPARATORS)))
LARGEST_VOCABULARY = np.iinfo("uint16").max


def words_of(texts: Any) -> Any:
    """Return the words of an Arrow array of strings, as an Arrow array of lists.

    All texts are cut at once, a blank between two, wherever a letter stands beside none.
    """
    import pyarrow
    from pyarrow import compute

    sizes = compute.binary_length(texts).to_numpy(zero_copy_only=False)
    together = pyarrow.ListArray.from_arrays([0, len(texts)], texts)
    blanked = b" %b " % compute.binary_join(together, " ")[0].as_buffer().to_pybytes().translate(BLANKED)
    is_letter = np.frombuffer(blanked, "uint8") != ord(" ")
    edges = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    begins, ends = edges[::2], edges[1::2]
    places = np.append(0, np.cumsum(ends - begins)).astype("int32")
    letters = blanked.translate(None, b" ")
    words = pyarrow.StringArray.from_buffers(len(begins), *map(pyarrow.py_buffer, (places, letters)))
    first = np.searchsorted(begins, np.append(0, np.cumsum(sizes + 1))).astype("int32")
    return pyarrow.ListArray.from_arrays(first, words)


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


def number_words(texts: Any, vocabulary: Sequence[str], length: int) -> np.ndarray:
    """Return the rows of an Arrow array of texts, as `WordRows` does."""
    from pyarrow import compute

    lists = words_of(texts)
    numbers = _places(lists.flatten(), vocabulary)
    sizes = compute.list_value_length(lists).to_numpy().astype("int64")
    rows = np.repeat(np.arange(len(sizes)), sizes)
    places = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found = np.zeros((len(sizes), length), "uint16")
    fits = places < length
    found[rows[fits], places[fits]] = numbers[fits]
    return found


def _places(words: Any, vocabulary: Sequence[str]) -> np.ndarray:
    """Return the place of each string in a vocabulary, from 1 on, 0 for others: uint16 (words,)."""
    import pyarrow
    from pyarrow import compute

    found = compute.index_in(words, pyarrow.array(vocabulary, pyarrow.string()))
    return (compute.fill_null(found, -1).to_numpy() + 1).astype("uint16")
