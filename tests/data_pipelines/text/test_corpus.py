"""Corpora: distinct words, their frequencies and hashes, texts by the block, and what is kept."""

import numpy as np
import pyarrow
import pytest

from data_pipelines.text import corpus as corpora
from data_pipelines.text import ragged
from data_pipelines.text.corpus import ALPHANUMERIC, hash_words, read_corpus
from data_pipelines.text.csv_rows import first_last, train_and_test
from tests.support.corpora import arrow, corpus_of


@pytest.mark.parametrize("block", [3, 1 << 21])
def test_words_are_numbered_as_they_first_occur(block, monkeypatch):
    monkeypatch.setattr(ragged, "BLOCK", block)
    corpus = corpus_of(["b a", "c b"], ["", "a b"], y=[2, 0, 1, 1])
    assert corpus.words() == [b"b", b"a", b"c"]
    assert corpus.texts.values.tolist() == [0, 1, 2, 0, 1, 0]
    assert corpus.frequencies().tolist() == [3, 2, 1]
    assert corpus.texts.labels.tolist() == [2, 0, 1, 1]
    assert list(corpus) == [["b", "a"], ["c", "b"], [], ["a", "b"]]
    np.testing.assert_array_equal(corpus.hashes, hash_words(["b", "a", "c"]))


def test_a_corpus_may_have_no_words():
    corpus = corpus_of(["", ""])
    assert corpus.words() == corpus.frequencies().tolist() == corpus.strings().to_pylist() == []
    assert list(corpus) == [[], []]


def test_bytes_that_are_not_text_are_counted_too():
    corpus = corpus_of(pyarrow.array([b"", b" \xff a ", b" "], pyarrow.binary()), y=[2, 0, 1])
    assert corpus.words() == [b"\xff", b"a"]
    assert list(corpus) == [[], ["\ufffd", "a"], []]
    assert corpus.frequent_words(2) == ("\ufffd", "a")


def test_a_longer_text_than_a_block_is_a_block(monkeypatch):
    monkeypatch.setattr(ragged, "BLOCK", 20)
    corpus = corpus_of(["a " * 30, "b"])
    assert [len(text) for text in corpus] == [30, 1]


def test_alphanumeric_words_are_runs_of_letters_and_digits():
    def words_of(texts) -> list[list[str]]:
        return list(corpus_of(texts, rule=ALPHANUMERIC))

    texts = ["It's  a-B; 2nd\nB!", "", "Ünder é", "..."]
    assert words_of(texts) == [["it", "s", "a", "b", "2nd", "b"], [], ["Ünder", "é"], []]
    assert words_of(arrow("x", "", "ab", "c", "", "?")[1:]) == [[], ["ab"], ["c"], [], []]
    assert words_of(arrow()) == words_of(arrow("x")[1:]) == []


def test_the_most_frequent_words_come_first_then_the_earlier():
    corpus = corpus_of(["it s a b", "b zz"])
    assert corpus.frequent_words(3) == ("b", "it", "s")
    assert corpus.positions(("b", "none", "a")).tolist() == [0, 0, 3, 1, 0]
    assert corpus.positions(("b",)).dtype == "uint16"
    with pytest.raises(ValueError, match="70,000 words. Expected 65,535"):
        corpus.frequent_words(70_000)


def test_a_corpus_is_read_once_for_each_file_and_version(tmp_path, home, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text('"1","a b"\n"2","b"\n')
    texts, _ = train_and_test([path, path], 2, 1, first_last)
    assert list(read_corpus(texts, ALPHANUMERIC)) == [["a", "b"], ["b"]]
    monkeypatch.setattr(corpora, "numbered", None)
    again = read_corpus(texts, ALPHANUMERIC)
    assert (list(again), again.texts.labels.tolist()) == ([["a", "b"], ["b"]], [0, 1])
    monkeypatch.setattr(corpora, "VERSION", 0)
    with pytest.raises(TypeError):
        read_corpus(texts, ALPHANUMERIC)
