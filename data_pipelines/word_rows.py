"""Texts as the numbers of their words, over the most frequent words of a corpus.

Zhang, Zhao & LeCun (2015) do not say what a word is. We assume runs of letters and digits, in lower case; what is
not ASCII counts as letters and keeps its case.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from data_pipelines.numbered_words import Corpus, decoded

SEPARATORS = bytes(byte for byte in range(128) if not chr(byte).isalnum())  # all other bytes count as letters
BLANKED = bytes(range(256)).lower().translate(bytes.maketrans(SEPARATORS, b" " * len(SEPARATORS)))
LARGEST_VOCABULARY = np.iinfo("uint16").max


def words_of(texts: Any) -> Any:
    """Return the words of an Arrow array of strings, as an Arrow array of lists.

    All texts are cut at once, wherever a letter stands beside none and wherever a text begins; what has letters is
    a word.
    """
    import pyarrow

    _, ends, content = texts.buffers()
    ends = np.frombuffer(ends, "int32")[texts.offset : texts.offset + len(texts) + 1]
    given = bytes(content[ends[0] : ends[-1]]) if content else b""
    is_letter = np.frombuffer(given.translate(BLANKED), "uint8") != ord(" ")
    is_edge = np.ones(len(given) + 1, bool)
    np.not_equal(is_letter[1:], is_letter[:-1], out=is_edge[1:-1])
    is_edge[ends - ends[0]] = True
    edges = np.flatnonzero(is_edge)
    is_word = is_letter[edges[:-1]]
    places = np.append(0, np.cumsum(np.diff(edges)[is_word])).astype("int32")
    letters = given.translate(BLANKED, SEPARATORS)
    words = pyarrow.StringArray.from_buffers(len(places) - 1, *map(pyarrow.py_buffer, (places, letters)))
    first = np.searchsorted(edges[:-1][is_word], ends - ends[0]).astype("int32")
    return pyarrow.ListArray.from_arrays(first, words)


def frequent_words(corpus: Corpus, size: int) -> tuple[str, ...]:
    """Return up to `size` words of a corpus, the most frequent first, the earlier one where two tie.

    Raises ValueError for more words than a row has numbers for.
    """
    if size > LARGEST_VOCABULARY:
        raise ValueError(f"{size:,} words. Expected {LARGEST_VOCABULARY:,} or fewer.")
    words = corpus.words()
    order = np.argsort(-corpus.frequencies(), kind="stable")[:size]
    return tuple(dict.fromkeys(decoded([words[number] for number in order])))  # what is no UTF-8 may look alike


class WordRows:
    """The texts of a corpus as rows of numbers, made when they are asked for."""

    def __init__(self, corpus: Corpus, vocabulary: Sequence[str], length: int) -> None:
        numbers = {word: number for number, word in enumerate(vocabulary, start=1)}
        self._places = np.array([numbers.get(word, 0) for word in decoded(corpus.words())], "uint16")
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
    import pyarrow
    from pyarrow import compute

    lists = words_of(texts)
    words = pyarrow.array(vocabulary, pyarrow.string())
    numbers = compute.fill_null(compute.index_in(lists.flatten(), words), -1).to_numpy() + 1
    sizes = compute.list_value_length(lists).to_numpy().astype("int64")
    rows = np.repeat(np.arange(len(sizes)), sizes)
    places = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found = np.zeros((len(sizes), length), "uint16")
    fits = places < length
    found[rows[fits], places[fits]] = numbers[fits]
    return found
