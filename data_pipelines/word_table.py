"""Texts as the numbers of their words, by compiled loops: a set has gigabytes of text and millions of words."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits in no order: what Fibonacci hashing multiplies by
BLANK, BEHIND = ord(" "), ord("\n")  # what parts words in texts, and stands behind each of those that are known
SHORT = 8  # bytes of a word that is its own key
SLOT = np.dtype([("key", "uint64"), ("size", "int32"), ("next", "int32")])  # `next`: number + 1, 0 where empty
FEWEST = 1 << 16  # slots, a power of two as always


class _Words(NamedTuple):
    """Distinct words: a hash table with linear probing, half empty or more, and the words by their numbers."""

    slots: np.ndarray  # SLOT (slots,)
    starts: np.ndarray  # int64 (slots / 2 + 1,), among the letters
    letters: np.ndarray  # uint8, each word with BEHIND


class _Texts(NamedTuple):
    content: np.ndarray  # uint8, all texts
    ends: np.ndarray  # int32 (texts + 1,), the first one where they begin
    marks: np.ndarray  # int32 (texts,)
    longest: int  # bytes of a text


class WordTable:
    """Distinct words, numbered from 0 on in the order of first occurrences.

    `letters`: what each of the 256 bytes is in a word, BLANK for those that stand between words.
    `words`: those to begin with.
    """

    def __init__(self, letters: bytes, words: Sequence[str] = ()) -> None:
        import pyarrow

        self._letters, self._count = np.frombuffer(letters, "uint8"), 0
        self._words = _Words(np.zeros(FEWEST, SLOT), np.zeros(FEWEST // 2 + 1, "int64"), np.empty(0, "uint8"))
        self.number(pyarrow.array([" ".join(words)]), np.zeros(1, "int32"))

    def __len__(self) -> int:
        return self._count

    def words(self) -> bytes:
        """Return the words in their order, a line end behind each."""
        return self._words.letters[: self._words.starts[self._count]].tobytes()

    def number(self, texts: Any, marks: np.ndarray, *, is_open: bool = True) -> np.ndarray:
        """Return, text by text of an Arrow array of strings, its mark, int32, and the numbers of its words.

        Unknown words get numbers of their own where the table is open; else all of them get `len(self)`.
        """
        _, ends, content = texts.buffers()
        ends = np.frombuffer(ends, "int32")[texts.offset : texts.offset + len(texts) + 1]
        content = np.frombuffer(content or b"", "uint8")
        cut = _Texts(content, ends, marks, int(np.diff(ends).max(initial=0)))
        found = np.empty(len(texts) + (int(ends[-1] - ends[0]) + len(texts)) // 2, "int32")
        row = used = 0
        while row < len(texts):
            self._make_room(cut.longest)
            row, used, self._count = _number(
                cut, row, self._letters, self._words, self._count, is_open, found, used
            )
        return found[:used]

    def _make_room(self, longest: int) -> None:
        """Make room for the words of a text of so many bytes."""
        slots, starts, letters = self._words
        needed = 2 * self._count + longest + 1
        if needed > len(slots):
            slots = np.zeros(1 << (2 * needed - 1).bit_length(), SLOT)
            _move(self._words.slots, slots)
            starts = np.append(starts, np.empty(len(slots) // 2 + 1 - len(starts), "int64"))
        needed = int(starts[self._count]) + longest + 1
        if needed > len(letters):
            letters = np.append(letters, np.empty(2 * needed - len(letters), "uint8"))
        self._words = _Words(slots, starts, letters)


@njit(cache=True)
def _number(
    texts: _Texts,
    row: int,
    letters: np.ndarray,
    words: _Words,
    count: int,
    is_open: bool,
    found: np.ndarray,
    used: int,
) -> tuple[int, int, int]:
    """Number texts from a row on, while there is room; return the next row, how much is found, and the words."""
    content, ends, marks, longest = texts
    keys = np.empty(longest // 2 + 1, "uint64")
    begins, sizes = np.empty(len(keys), "int32"), np.empty(len(keys), "int32")
    while row < len(marks) and 2 * count + longest < len(words.slots):
        place = words.starts[count]
        if place + longest >= len(words.letters):
            break
        found[used] = marks[row]
        used += 1
        for word in range(_cut(content, ends[row], ends[row + 1], letters, keys, begins, sizes)):
            begin, size = begins[word], sizes[word]
            slot = words.slots[_find(keys[word], content, begin, size, letters, words)]
            if is_open and not slot.next:
                for at in range(size):
                    words.letters[place + at] = letters[content[begin + at]]
                words.letters[place + size] = BEHIND
                place += size + 1
                count += 1
                words.starts[count] = place
                slot.key, slot.size, slot.next = keys[word], size, count
            found[used] = slot.next - 1 if slot.next else count
            used += 1
        row += 1
    return row, used, count


@njit(cache=True)
def _cut(
    content: np.ndarray,
    at: int,
    end: int,
    letters: np.ndarray,
    keys: np.ndarray,
    begins: np.ndarray,
    sizes: np.ndarray,
) -> int:
    """Cut a text into words; return how many there are."""
    words = 0
    while at < end:
        if letters[content[at]] == BLANK:
            at += 1
            continue
        begins[words] = at
        key = np.uint64(0)
        while at < end:
            letter = letters[content[at]]
            if letter == BLANK:
                break
            key = (key << np.uint64(8) | key >> np.uint64(56)) ^ np.uint64(letter)
            at += 1
        keys[words], sizes[words] = key, at - begins[words]
        words += 1
    return words


@njit(cache=True)
def _find(key: np.uint64, content: np.ndarray, begin: int, size: int, letters: np.ndarray, words: _Words) -> Any:
    """Return the slot of a word, an empty one if it is unknown."""
    at = _hash(key, len(words.slots))
    while True:
        slot = words.slots[at]
        if not slot.next:
            return at
        is_alike = slot.key == key and slot.size == size
        if is_alike and (size <= SHORT or _is_same(words, slot.next - 1, content, begin, letters)):
            return at
        at = (at + np.uint64(1)) & np.uint64(len(words.slots) - 1)


@njit(cache=True)
def _is_same(words: _Words, number: int, content: np.ndarray, begin: int, letters: np.ndarray) -> bool:
    start, end = words.starts[number], words.starts[number + 1] - 1
    at = start
    while at < end and words.letters[at] == letters[content[begin + at - start]]:
        at += 1
    return at == end


@njit(cache=True)
def _hash(key: np.uint64, slots: int) -> np.uint64:
    mixed = key * FACTOR
    return (mixed ^ (mixed >> np.uint64(32))) & np.uint64(slots - 1)


@njit(cache=True)
def _move(slots: np.ndarray, others: np.ndarray) -> None:
    """Copy the words of a table to an empty, larger one."""
    for slot in slots:
        if slot.next:
            at = _hash(slot.key, len(others))
            while others[at].next:
                at = (at + np.uint64(1)) & np.uint64(len(others) - 1)
            others[at] = slot
