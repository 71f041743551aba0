"""Character numbers, as Zhang et al. (2015) define them."""

import numpy as np

from data_pipelines.text.character_ids import ALPHABET, LENGTH, channels, quantize
from data_pipelines.text.ragged import Ragged


def numbers_of(*texts: str, alphabet: str = ALPHABET, length: int) -> list[list[int]]:
    return quantize(Ragged.of_strings(texts), alphabet, length).tolist()


def test_characters_count_backwards_from_the_end():
    assert numbers_of("aB?", length=5) == [[ALPHABET.index("?") + 1, 2, 1, 0, 0]]
    assert numbers_of("abcdefg", length=3) == [[7, 6, 5]]


def test_the_hyphen_counts_at_its_second_position():
    assert len(ALPHABET) == 70 and len(set(ALPHABET)) == 69
    assert numbers_of("-", length=1) == [[60]]
    assert ALPHABET[36] == ALPHABET[59] == "-"
    assert ALPHABET[-1] == "\n"


def test_capitals_have_their_own_channels_in_the_full_alphabet_alone():
    assert len(channels(full=True)) == 96
    assert numbers_of("aA", alphabet=channels(full=True), length=2) == [[71, 1]]
    assert numbers_of("aA", alphabet=channels(full=False), length=2) == [[1, 1]]


def test_blanks_and_other_bytes_are_zero():
    assert numbers_of("a é", length=5) == [[0, 0, 0, 1, 0]]  # two bytes of UTF-8
    assert numbers_of("ab", "", length=3) == [[2, 1, 0], [0, 0, 0]]
    empty = quantize(Ragged.of_strings([]), ALPHABET)
    assert (empty.shape, empty.dtype) == ((0, LENGTH), np.uint8)
