"""Texts as word numbers, by compiled loops: a data set has gigabytes of text and millions of distinct words."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from data_pipelines.text.ragged import Ragged

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits in no order: what Fibonacci hashing multiplies by
BLANK, LINE_END = ord(" "), ord("\n")  # between the words of a text, and behind each known word
SHORT = 8  # bytes of a word that is its own key
SLOT = np.dtype([("key", "uint64"), ("size", "int32"), ("rank", "int32")])  # rank: number + 1, 0 if empty
FEWEST = 1 << 16  # slots


class _Known(NamedTuple):
    """Distinct words: a hash table with linear probing, at least half empty, and the words in order."""

    letters: np.ndarray  # uint8 (256,)
    slots: np.ndarray  # SLOT (slots,), a power of two
    starts: np.ndarray  # int64 (slots / 2 + 1,), in the content
    content: np.ndarray  # uint8, a LINE_END behind each word


class _Texts(NamedTuple):
    content: np.ndarray  # uint8
    offsets: np.ndarray  # int64 (texts + 1,)
    longest: int  # bytes


class _Numbers(NamedTuple):
    values: np.ndarray  # int32
    offsets: np.ndarray  # int64 (texts + 1,)


class _Progress(NamedTuple):
    texts: int
    values: int
    words: int  # known


class _Words(NamedTuple):
    """Words of one text: all are found before any is looked up, so that look-ups wait for memory together."""

    keys: np.ndarray  # uint64
    begins: np.ndarray  # int32
    sizes: np.ndarray  # int32, bytes


class WordIndex:
    """Distinct words, numbered from 0 in the order of their first occurrences.

    `letters` maps each of the 256 bytes to what it counts as in a word, or to BLANK if it separates words, as a
    line end must. `words` are known from the beginning; raises ValueError unless they are distinct, and such as a
    text may have.
    """

    def __init__(self, letters: bytes, words: Sequence[str] = ()) -> None:
        if letters[LINE_END] != BLANK:
            raise ValueError("A line end is part of words. Expected it to separate them.")
        empty = np.zeros(FEWEST, SLOT), np.zeros(FEWEST // 2 + 1, "int64"), np.empty(0, "uint8")
        self._known, self._count = _Known(np.frombuffer(letters, "uint8"), *empty), 0
        self.number(Ragged.of_strings([" ".join(words)]))
        if self.words() != "".join(f"{word}\n" for word in words).encode():
            raise ValueError("Some words are equal, empty or changed by the rule. Expected distinct, whole words.")

    def __len__(self) -> int:
        return self._count

    def words(self) -> bytes:
        """Return the words in order, each followed by a line end."""
        return self._known.content[: self._known.starts[self._count]].tobytes()

    def number(self, texts: Ragged, *, is_open: bool = True) -> Ragged:
        """Return the numbers, int32, of the words of texts, given as bytes.

        Unknown words are added if the index is open; otherwise all of them get the number `len(self)`.
        """
        size = int(texts.sizes().max(initial=0))
        content = texts.values.view()
        content.flags.writeable = False  # always of one type, so that the loops are compiled once
        given = _Texts(content, texts.offsets, size)
        most = (len(content) + len(texts)) // 2  # a byte for each word, and one between
        found = _Numbers(np.empty(most, "int32"), np.zeros(len(texts) + 1, "int64"))
        done = _Progress(0, 0, self._count)
        while done.texts < len(texts):
            self._make_room(size)
            done = _number(given, self._known, found, done, is_open)
            self._count = done.words
        return Ragged(found.values[: done.values], found.offsets, texts.labels)

    def _make_room(self, size: int) -> None:
        """Make room for the words of a text of `size` bytes."""
        letters, slots, starts, content = self._known
        needed = 2 * self._count + size + 1
        if needed > len(slots):
            slots = np.zeros(1 << (needed - 1).bit_length(), SLOT)
            _move(self._known.slots, slots)
            starts = np.append(starts, np.empty(len(slots) // 2 + 1 - len(starts), "int64"))
        needed = int(starts[self._count]) + size + 1
        if needed > len(content):
            content = np.append(content, np.empty(2 * needed - len(content), "uint8"))
        self._known = _Known(letters, slots, starts, content)


def compiled(function: Callable) -> Any:
    """Compile a function at its first call, and keep it for other processes if a folder can be written to."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:
        return njit(function)


@compiled
def count(numbers: np.ndarray, found: np.ndarray) -> None:
    """Add to `found`, int64, how often each number occurs."""
    for number in numbers:
        found[number] += 1


@compiled
def _number(texts: _Texts, known: _Known, found: _Numbers, done: _Progress, is_open: bool) -> _Progress:
    """Number the words of further texts, as long as there is room for the words of the longest text."""
    row, used, count = done
    most = texts.longest // 2 + 1
    words = _Words(np.empty(most, "uint64"), np.empty(most, "int32"), np.empty(most, "int32"))
    while row < len(texts.offsets) - 1 and 2 * count + texts.longest < len(known.slots):
        stop = known.starts[count]
        if stop + texts.longest >= len(known.content):
            break
        for number in range(_split(texts, row, known.letters, words)):
            begin, size = words.begins[number], words.sizes[number]
            slot = known.slots[_find(words, number, texts.content, known)]
            if is_open and not slot.rank:
                for at in range(size):
                    known.content[stop + at] = known.letters[texts.content[begin + at]]
                known.content[stop + size] = LINE_END
                stop += size + 1
                count += 1
                known.starts[count] = stop
                slot.key, slot.size, slot.rank = words.keys[number], size, count
            found.values[used] = slot.rank - 1 if slot.rank else count
            used += 1
        row += 1
        found.offsets[row] = used
    return _Progress(row, used, count)


@compiled
def _split(texts: _Texts, row: int, letters: np.ndarray, words: _Words) -> int:
    """Find the words of a text; return how many there are."""
    count, at, end = 0, texts.offsets[row], texts.offsets[row + 1]
    while at < end:
        if letters[texts.content[at]] == BLANK:
            at += 1
            continue
        begin, key = at, np.uint64(0)
        while at < end:
            letter = letters[texts.content[at]]
            if letter == BLANK:
                break
            key = (key << np.uint64(8) | key >> np.uint64(56)) ^ np.uint64(letter)
            at += 1
        words.keys[count], words.begins[count], words.sizes[count] = key, begin, at - begin
        count += 1
    return count


@compiled
def _find(words: _Words, number: int, content: np.ndarray, known: _Known) -> Any:
    """Return the slot of a word; an empty one if it is unknown."""
    key, begin, size = words.keys[number], words.begins[number], words.sizes[number]
    at = _first_slot(key, len(known.slots))
    while True:
        slot = known.slots[at]
        if not slot.rank:
            return at
        is_alike = slot.key == key and slot.size == size
        if is_alike and (size <= SHORT or _is_same(content, begin, known, slot.rank - 1)):
            return at
        at = (at + np.uint64(1)) & np.uint64(len(known.slots) - 1)


@compiled
def _is_same(content: np.ndarray, begin: int, known: _Known, number: int) -> bool:
    """Compare a word with a known one of equal size."""
    start, end = known.starts[number], known.starts[number + 1] - 1
    at = start
    while at < end and known.content[at] == known.letters[content[begin + at - start]]:
        at += 1
    return at == end


@compiled
def _first_slot(key: np.uint64, slots: int) -> np.uint64:
    mixed = key * FACTOR
    return (mixed ^ (mixed >> np.uint64(32))) & np.uint64(slots - 1)


@compiled
def _move(slots: np.ndarray, others: np.ndarray) -> None:
    """Copy the words of a table to an empty, larger one."""
    for slot in slots:
        if slot.rank:
            at = _first_slot(slot.key, len(others))
            while others[at].rank:
                at = (at + np.uint64(1)) & np.uint64(len(others) - 1)
            others[at] = slot
