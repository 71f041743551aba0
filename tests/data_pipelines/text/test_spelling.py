"""Words as characters."""

import numpy as np

from data_pipelines.text.spelling import END, MARKS, START, alphabet, spell


def test_words_are_marked_and_padded():
    letters = alphabet(["ba", "c"])
    assert letters == {"a": MARKS, "b": MARKS + 1, "c": MARKS + 2}
    expected = [[START, letters["b"], letters["a"], END], [START, letters["c"], END, 0]]
    np.testing.assert_array_equal(spell(["ba", "c"], letters), expected)


def test_a_word_beyond_the_limit_keeps_its_end():
    letters = alphabet(["a"])
    (spelled,) = spell(["a" * 100], letters)
    assert len(spelled) == 65
    assert spelled[-1] == END
    assert (spelled[1:-1] == letters["a"]).all()


def test_an_unknown_character_becomes_padding():
    letters = alphabet(["ab"])
    np.testing.assert_array_equal(spell(["aé"], letters), [[START, letters["a"], 0, END]])
