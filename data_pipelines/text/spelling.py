"""Words as characters, padded to the longest word."""

from collections.abc import Sequence

import numpy as np

MARKS = 3  # symbols besides characters: padding, the start and the end of a word
START, END = 1, 2
MOST_CHARACTERS = 65  # of a word with its start and end


def alphabet(words: Sequence[str]) -> dict[str, int]:
    """Return the sorted characters of the words, numbered after the marks."""
    return {letter: number for number, letter in enumerate(sorted(set("".join(words))), start=MARKS)}


def spell(words: Sequence[str], letters: dict[str, int], length: int | None = None) -> np.ndarray:
    """Return int32 (words, length): start, characters, end, padding; `length` defaults to the longest word's.

    Longer words, and words beyond MOST_CHARACTERS, are cut before the end; an unknown character becomes padding.
    """
    length = length or min(max(map(len, words)) + 2, MOST_CHARACTERS)
    spelled = np.zeros((len(words), length), "int32")
    for row, word in zip(spelled, words, strict=True):
        inside = [letters.get(letter, 0) for letter in word[: length - 2]]
        row[: len(inside) + 2] = [START, *inside, END]
    return spelled
