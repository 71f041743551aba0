"""Texts as the numbers of their words, over the most frequent words of a corpus.

Zhang, Zhao & LeCun (2015) do not say what a word is. We assume runs of letters and digits, in lower case.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

SEPARATORS = bytes(byte for byte in range(128) if not chr(byte).isalnum())  # all other bytes count as letters
BLANKED = bytes(range(256)).lower().translate(bytes.maketrans(SEPARATORS, b" " * len(SEPARATORS)))
LARGEST_VOCABULARY = np.iinfo("uint16").max


def words_of(texts: Any) -> Any:
    """Return the words of an Arrow array of strings, as an Arrow array of lists."""
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


def word_lists(blocks: Iterable[Any]) -> Iterator[list[str]]:
    """Yield the words of each text of Arrow arrays, a list a text."""
    import pyarrow

    for texts in blocks:
        for words in words_of(texts).cast(pyarrow.list_(pyarrow.binary())).to_pylist():
            yield [word.decode("utf-8", "replace") for word in words]


def most_frequent(blocks: Iterable[Any], size: int) -> tuple[str, ...]:
    """Return up to `size` words of Arrow arrays of texts, the most frequent first, the earlier one where two tie.

    Raises ValueError for more words than a row has numbers for.
    """
    if size > LARGEST_VOCABULARY:
        raise ValueError(f"{size:,} words. Expected {LARGEST_VOCABULARY:,} or fewer.")
    return tuple(word for word, _ in count_words(blocks).most_common(size))


def count_words(blocks: Iterable[Any]) -> Counter[str]:
    """Return how often each word occurs in Arrow arrays of texts, in the order of their first ones."""
    import pyarrow

    counts: Counter[str] = Counter()
    for texts in blocks:
        for pair in words_of(texts).flatten().cast(pyarrow.binary()).value_counts().tolist():
            counts[pair["values"].decode("utf-8", "replace")] += pair["counts"]
    return counts


def number_words(texts: Any, vocabulary: Sequence[str], length: int) -> np.ndarray:
    """Return uint16 (texts, length): word i of the vocabulary as i + 1; 0 for other words and behind the last one.

    Longer texts are cut at their end.
    """
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
