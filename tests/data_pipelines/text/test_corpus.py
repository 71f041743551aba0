"""Words of texts as numbers: the table of distinct ones, against plain Python, and what is kept of a corpus."""

import numpy as np
import pyarrow
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.text import corpus as corpora
from data_pipelines.text import word_numbering
from data_pipelines.text.corpus import Corpus, WordRule, numbered
from data_pipelines.text.csv_rows import Rows

PLAIN = WordRule("what blanks part", b" \n")


def corpus_of(texts: list[str]) -> Corpus:
    """Return texts as they are kept, all of one class."""
    rows = Rows(np.zeros(len(texts), "int32"), pyarrow.array(texts))
    return Corpus(np.concatenate(list(numbered([rows], PLAIN))), {})


@pytest.mark.parametrize("block", [3, 1 << 21])
def test_words_are_numbered_as_they_first_occur(block, monkeypatch):
    monkeypatch.setattr(corpora, "BLOCK", block)
    corpus = corpus_of(["b a", "c b", "", "a b"])
    assert corpus.words() == [b"b", b"a", b"c"]
    assert corpus.frequencies().tolist() == [3, 2, 1]
    assert corpus.starts.tolist() == [1, 4, 7, 8]
    assert not corpus_of(["", ""]).words()


@pytest.mark.parametrize("slots", [2, 64, 1 << 16])
def test_words_of_any_length_are_numbered_as_in_plain_python(slots, monkeypatch):
    monkeypatch.setattr(word_numbering, "FEWEST", slots)
    rng = np.random.default_rng(0)
    letters = np.array([*b"ab\0\xff"], "uint8")
    words = [rng.choice(letters, size).tobytes() for size in rng.integers(1, 20, 300)]
    words += [word[:size] for word in words[:100] for size in (7, 8, 9)]
    texts = [[words[place] for place in rng.integers(0, len(words), size)] for size in rng.integers(0, 9, 400)]
    together = pyarrow.array(
        [(b" ", b"  ")[number % 2].join(text) for number, text in enumerate(texts)], pyarrow.binary()
    )
    blocks = [Rows(np.zeros(40, "int32"), together[at : at + 40]) for at in range(0, len(texts), 40)]
    corpus = Corpus(np.concatenate(list(numbered(blocks, PLAIN))), {})
    running = [word for text in texts for word in text]
    expected = list(dict.fromkeys(running))
    assert corpus.words() == expected
    assert [expected[number] for number in corpus.numbers if number >= 0] == running
    assert corpus.frequencies().tolist() == [running.count(word) for word in expected]


def test_words_with_equal_keys_are_told_apart():
    plain = [b"word%04d" % number * 2 for number in range(20)]  # each half takes out what the other puts in
    plain += [b"axxxxxxxb", b"bxxxxxxxa"]  # the ninth byte meets the first one
    texts = pyarrow.array([b" ".join(plain + plain[::-1])], pyarrow.binary())
    corpus = Corpus(np.concatenate(list(numbered([Rows(np.zeros(1, "int32"), texts)], PLAIN))), {})
    assert corpus.words() == plain
    assert corpus.numbers[1:].tolist() == [*range(len(plain)), *range(len(plain))[::-1]]


def test_a_closed_table_knows_its_words_alone():
    table = word_numbering.WordTable(PLAIN.letters, ["axxxxxxxb", "c"])
    long = " ".join(map(str, range(10**5)))  # more words than there are slots
    texts = pyarrow.array([f"c bxxxxxxxa {long} axxxxxxxb", "", "C"])
    numbers = table.number(texts, np.array([-1, -2, -3], "int32"), is_open=False)
    assert numbers.tolist() == [-1, 1, 2, *[2] * 10**5, 0, -2, -3, 1]
    assert table.words() == b"axxxxxxxb\nc\n"


def test_what_a_table_cannot_number_is_told():
    with pytest.raises(ValueError, match="line end is part of words"):
        word_numbering.WordTable(bytes(range(256)))
    for words in (["a", "A"], ["a b"], ["a", "a"], [""]):
        with pytest.raises(ValueError, match="not be found as they are"):
            word_numbering.WordTable(PLAIN.letters, words)
    table = word_numbering.WordTable(PLAIN.letters)
    with pytest.raises(ValueError, match="1 marks for 2 texts"):
        table.number(pyarrow.array(["a", "b"]), np.zeros(1, "int32"))
    with pytest.raises(TypeError, match="array of large_string"):
        table.number(pyarrow.array(["a"], pyarrow.large_string()), np.zeros(1, "int32"))
    assert len(table) == 0


def test_loops_are_compiled_where_they_cannot_be_kept():
    scope: dict = {}
    exec("def double(number): return 2 * number", scope)  # of no file, as if no folder could be written
    assert word_numbering._compiled(scope["double"])(2) == 4


def test_a_text_longer_than_a_block_is_told(monkeypatch):
    monkeypatch.setattr(corpora, "BLOCK", 20)
    with pytest.raises(DataError, match="A text has 20 words or more"):
        list(corpus_of(["a " * 30, "b"]).blocks())


def test_bytes_that_are_no_text_are_counted_as_they_are():
    texts = pyarrow.array([b"", b" \xff a ", b" "], pyarrow.binary())
    corpus = Corpus(np.concatenate(list(numbered([Rows(np.array([2, 0, 1], "int32"), texts)], PLAIN))), {})
    (block,) = corpus.blocks()
    assert block.texts.tolist() == [1, 1]
    assert block.y.tolist() == [2, 0, 1]
    assert corpus.words() == [b"\xff", b"a"]
    assert list(corpus) == [[], ["\ufffd", "a"], []]
