"""Texts as the numbers of their words, by compiled loops: a set has gigabytes of text and millions of words."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits in no order: what Fibonacci hashing multiplies by
BLANK, LINE_END = ord(" "), ord("\n")  # what parts words in texts, and stands behind each of those that are known
SHORT = 8  # bytes of a word that is its own key
SLOT = np.dtype([("key", "uint64"), ("size", "int32"), ("rank", "int32")])  # a number from 1 on, 0 where empty
FEWEST = 1 << 16  # slots


class _Words(NamedTuple):
    """Distinct words: a hash table with linear probing, half empty or more, and the words by their numbers."""

    slots: np.ndarray  # SLOT (slots,), a power of two
    starts: np.ndarray  # int64 (slots / 2 + 1,), in the content
    content: np.ndarray  # uint8, each word with LINE_END


class _Texts(NamedTuple):
    """Texts, one behind the other; `marks` are what the numbers of each begin with."""

    content: np.ndarray  # uint8
    ends: np.ndarray  # int32 (texts + 1,), the first one where they begin
    marks: np.ndarray  # int32 (texts,)
    longest: int  # bytes


class WordTable:
    """Distinct words, numbered from 0 on in the order of first occurrences.

    `letters`: what each of the 256 bytes is in a word, BLANK for those that stand between words; a line end must.
    `words`: those to begin with. Raises ValueError where they are not distinct words as texts would have them.
    """

    def __init__(self, letters: bytes, words: Sequence[str] = ()) -> None:
        import pyarrow

        if letters[LINE_END] != BLANK:
            raise ValueError("A line end is part of words. Expected it to stand between them.")
        self._letters, self._count = np.frombuffer(letters, "uint8"), 0
        self._words = _Words(np.zeros(FEWEST, SLOT), np.zeros(FEWEST // 2 + 1, "int64"), np.empty(0, "uint8"))
        if words:
            self.number(pyarrow.array([" ".join(words)]), np.full(1, -1, "int32"))
        if self.words() != "".join(f"{word}\n" for word in words).encode():
            raise ValueError(
                "Some words would not be found as they are. Expected distinct ones, as they are kept."
            )

    def __len__(self) -> int:
        return self._count

    def words(self) -> bytes:
        """Return the words in their order, a line end behind each."""
        return self._words.content[: self._words.starts[self._count]].tobytes()

    def number(self, texts: Any, marks: np.ndarray, *, is_open: bool = True) -> np.ndarray:
        """Return the mark of each text and the numbers of its words behind it, int32 (texts + words,).

        `texts`: an Arrow array of strings or bytes. `marks`: int32 (texts,), negative to be told from words.
        Unknown words get numbers of their own where the table is open; else all of them get `len(self)`.
        Raises ValueError for another number of marks, TypeError for an array of another type.
        """
        texts_ = _texts(texts, marks)
        found = np.empty(len(marks) + (int(texts_.ends[-1] - texts_.ends[0]) + len(marks)) // 2, "int32")
        row = used = 0
        while row < len(marks):
            self._make_room(texts_.longest)
            row, used, self._count = _number(
                texts_, row, self._letters, self._words, self._count, is_open, found, used
            )
        return found[:used]

    def _make_room(self, longest: int) -> None:
        """Make room for the words of a text of so many bytes."""
        slots, starts, content = self._words
        needed = 2 * self._count + longest + 1
        if needed > len(slots):
            slots = np.zeros(1 << (needed - 1).bit_length(), SLOT)
            _move(self._words.slots, slots)
            starts = np.append(starts, np.empty(len(slots) // 2 + 1 - len(starts), "int64"))
        needed = int(starts[self._count]) + longest + 1
        if needed > len(content):
            content = np.append(content, np.empty(2 * needed - len(content), "uint8"))
        self._words = _Words(slots, starts, content)


def _texts(texts: Any, marks: np.ndarray) -> _Texts:
    import pyarrow

    if texts.type not in (pyarrow.string(), pyarrow.binary()):
        raise TypeError(f"An Arrow array of {texts.type}. Expected strings or bytes, with ends of 32 bits.")
    if len(marks) != len(texts):
        raise ValueError(f"{len(marks)} marks for {len(texts)} texts. Expected one for each.")
    _, ends, content = texts.buffers()
    ends = np.frombuffer(ends, "int32")[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(content, "uint8") if content else np.empty(0, "uint8")
    for array in (ends, content):
        array.flags.writeable = False  # of one type whatever Arrow says, so that loops are compiled once
    return _Texts(content, ends, marks, int(np.diff(ends).max(initial=0)))


def _compiled(function: Callable) -> Any:
    """Compile a function at its first call, and keep it for other processes where a folder can be written."""
    try:
        return njit(cache=True)(function)
    except RuntimeError:
        return njit(function)


@_compiled
def count(numbers: np.ndarray, found: np.ndarray) -> None:
    """Add to `found`, int64, how often each number from 0 on occurs; negative ones are marks."""
    for number in numbers:
        if number >= 0:
            found[number] += 1


@_compiled
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
    """Number texts from a row on, while there is room, in `found`; new words go to `words`.

    Return the next row, how much is found, and how many words there are.
    """
    content, ends, marks, longest = texts
    keys = np.empty(longest // 2 + 1, "uint64")
    begins, sizes = np.empty(len(keys), "int32"), np.empty(len(keys), "int32")
    while row < len(marks) and 2 * count + longest < len(words.slots):
        place = words.starts[count]
        if place + longest >= len(words.content):
            break
        found[used] = marks[row]
        used += 1
        for word in range(_cut(content, ends[row], ends[row + 1], letters, keys, begins, sizes)):
            begin, size = begins[word], sizes[word]
            slot = words.slots[_find(keys[word], content, begin, size, letters, words)]
            if is_open and not slot.rank:
                for at in range(size):
                    words.content[place + at] = letters[content[begin + at]]
                words.content[place + size] = LINE_END
                place += size + 1
                count += 1
                words.starts[count] = place
                slot.key, slot.size, slot.rank = keys[word], size, count
            found[used] = slot.rank - 1 if slot.rank else count
            used += 1
        row += 1
    return row, used, count


@_compiled
def _cut(
    content: np.ndarray,
    at: int,
    end: int,
    letters: np.ndarray,
    keys: np.ndarray,
    begins: np.ndarray,
    sizes: np.ndarray,
) -> int:
    """Find the key, the beginning and the size in bytes of each word of a text; return how many there are."""
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


@_compiled
def _find(key: np.uint64, content: np.ndarray, begin: int, size: int, letters: np.ndarray, words: _Words) -> Any:
    """Return the slot of a word, an empty one if it is unknown."""
    at = _hash(key, len(words.slots))
    while True:
        slot = words.slots[at]
        if not slot.rank:
            return at
        is_alike = slot.key == key and slot.size == size
        if is_alike and (size <= SHORT or _is_same(words, slot.rank - 1, content, begin, letters)):
            return at
        at = (at + np.uint64(1)) & np.uint64(len(words.slots) - 1)


@_compiled
def _is_same(words: _Words, number: int, content: np.ndarray, begin: int, letters: np.ndarray) -> bool:
    """Tell whether a known word is that of a text, of equal size."""
    start, end = words.starts[number], words.starts[number + 1] - 1
    at = start
    while at < end and words.content[at] == letters[content[begin + at - start]]:
        at += 1
    return at == end


@_compiled
def _hash(key: np.uint64, slots: int) -> np.uint64:
    """Return the slot that a word is first looked for in."""
    mixed = key * FACTOR
    return (mixed ^ (mixed >> np.uint64(32))) & np.uint64(slots - 1)


@_compiled
def _move(slots: np.ndarray, others: np.ndarray) -> None:
    """Copy the words of a table to an empty, larger one."""
    for slot in slots:
        if slot.rank:
            at = _hash(slot.key, len(others))
            while others[at].rank:
                at = (at + np.uint64(1)) & np.uint64(len(others) - 1)
            others[at] = slot
