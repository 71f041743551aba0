"""Word numbers, against plain Python."""

import numpy as np
import pyarrow
import pytest

from data_pipelines.text import word_numbering
from data_pipelines.text.ragged import Ragged
from data_pipelines.text.word_numbering import WordIndex, compiled, count
from tests.support.corpora import BLANKS

LETTERS = BLANKS.letters


def texts_of(*texts: bytes) -> Ragged:
    return Ragged.of_texts(pyarrow.array(texts, pyarrow.binary()), np.arange(len(texts), dtype="int32"))


@pytest.mark.parametrize("slots", [2, 64, 1 << 16])
def test_words_of_any_length_are_numbered_as_in_plain_python(slots, monkeypatch):
    monkeypatch.setattr(word_numbering, "FEWEST", slots)
    rng = np.random.default_rng(0)
    letters = np.array([*b"ab\0\xff"], "uint8")
    words = [rng.choice(letters, size).tobytes() for size in rng.integers(1, 20, 300)]
    words += [word[:size] for word in words[:100] for size in (7, 8, 9)]
    texts = [[words[at] for at in rng.integers(0, len(words), size)] for size in rng.integers(0, 9, 400)]
    known = list(dict.fromkeys(word for text in texts for word in text))
    index = WordIndex(LETTERS)
    for start in range(0, len(texts), 40):
        block = texts[start : start + 40]
        found = index.number(texts_of(*((b" ", b"  ")[len(text) % 2].join(text) for text in block)))
        assert [[known[number] for number in row] for row in found.rows(slice(None))] == block
        assert found.labels.tolist() == list(range(40))
    assert index.words().split(b"\n")[:-1] == known


def test_words_with_equal_keys_are_distinguished():
    words = [b"word%04d" % number * 2 for number in range(20)]  # the second half cancels the first
    words += [b"axxxxxxxb", b"bxxxxxxxa"]  # the ninth byte meets the first
    index = WordIndex(LETTERS)
    found = index.number(texts_of(b" ".join(words + words[::-1])))
    assert index.words() == b"".join(word + b"\n" for word in words)
    assert found.values.tolist() == [*range(len(words)), *range(len(words))[::-1]]


def test_a_closed_index_keeps_its_words():
    index = WordIndex(LETTERS, ["axxxxxxxb", "c"])
    long = b" ".join(b"%d" % number for number in range(10**5))  # more words than slots
    found = index.number(texts_of(b"c bxxxxxxxa " + long + b" axxxxxxxb", b"", b"C"), is_open=False)
    assert [row.tolist() for row in found.rows(slice(None))] == [[1, 2, *[2] * 10**5, 0], [], [1]]
    assert (index.words(), len(index)) == (b"axxxxxxxb\nc\n", 2)


def test_rules_and_words_that_no_text_has_are_refused():
    with pytest.raises(ValueError, match="line end is part of words"):
        WordIndex(bytes(range(256)))
    for words in (["a", "A"], ["a b"], ["a", "a"], [""]):
        with pytest.raises(ValueError, match="Some words are equal, empty or changed"):
            WordIndex(LETTERS, words)


def test_numbers_are_counted():
    found = np.zeros(4, "int64")
    count(np.array([2, 0, 2], "int32"), found)
    assert found.tolist() == [1, 0, 2, 0]


def test_loops_are_compiled_even_if_they_cannot_be_kept():
    scope: dict = {}
    exec("def double(number): return 2 * number", scope)  # without a file, as if no folder could be written to
    assert compiled(scope["double"])(2) == 4
