"""word2vec: the same for a seed, streamed, from the training text alone; vectors of a file."""

import gzip
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.datasets.sentences import TREC
from data_pipelines.datasets.vectors import SIMILARITIES_FILE
from data_pipelines.download import fetch
from data_pipelines.text.vector_files import write_binary
from data_pipelines.text.word2vec import (
    TextLines,
    load_with_listed,
    load_with_own_vectors,
    load_with_vectors,
    rank_correlation,
    train_vectors,
)

SENTENCES = [["a", "b", "c", "d"], ["b", "c", "a"], ["d", "a", "b"], ["rare"]] * 20
SETTINGS = {"width": 8, "min_count": 1, "epochs": 3}


@pytest.mark.parametrize(
    "method", [{}, {"skip_gram": True}, {"hierarchical": True}, {"skip_gram": True, "hierarchical": True}], ids=str
)
def test_a_seed_gives_the_same_vectors_twice_and_another_others(method):
    first, again = (train_vectors(SENTENCES, seed=1, **SETTINGS, **method) for _ in range(2))
    other = train_vectors(SENTENCES, seed=2, **SETTINGS, **method)
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert not np.array_equal(first.vectors, other.vectors)


def test_every_setting_changes_the_vectors():
    methods = ({}, {"skip_gram": True}, {"hierarchical": True}, {"rate": 0.05}, {"sample": 1e-6}, {"negative": 2})
    found = [train_vectors(SENTENCES, seed=1, **SETTINGS, **method).vectors for method in methods]
    assert len({vectors.tobytes() for vectors in found}) == len(methods)


def test_no_word_of_a_long_sentence_is_dropped():
    long = ["a", "b"] * 12_000
    whole = train_vectors([long], seed=1, **SETTINGS).vectors
    cut = train_vectors([long[:10_000], long[10_000:20_000], long[20_000:]], seed=1, **SETTINGS).vectors
    np.testing.assert_array_equal(whole, cut)
    assert not np.array_equal(whole, train_vectors([long[:10_000]], seed=1, **SETTINGS).vectors)


def test_a_seed_gives_the_same_vectors_in_another_process():
    code = (
        "import sys; from data_pipelines.text.word2vec import train_vectors;"
        f"found = train_vectors({SENTENCES!r}, seed=1, width=8, min_count=1, epochs=3);"
        "sys.stdout.write(found.vectors.tobytes().hex())"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found == train_vectors(SENTENCES, seed=1, **SETTINGS).vectors.tobytes().hex()


def test_a_text_without_line_ends_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("data_pipelines.text.word2vec.LONGEST_LINE_BYTES", 16)
    (tmp_path / "text.txt").write_text("one two\tthree\tfour\tfive\tsix\nseven\n\nnaïve eight nine ten")
    pieces = list(TextLines(tmp_path / "text.txt"))
    assert [word for piece in pieces for word in piece] == (
        ["one", "two", "three", "four", "five", "six", "seven", "naïve", "eight", "nine", "ten"]
    )
    assert ["seven"] in pieces and len(pieces) > 4


def test_a_text_that_is_not_utf_8_is_refused_with_the_line(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"good\nna\xefve line\n")
    with pytest.raises(DataError, match="line 2: not UTF-8"):
        list(TextLines(tmp_path / "text.txt"))


def test_a_text_may_be_gzipped(tmp_path):
    (tmp_path / "text.gz").write_bytes(gzip.compress(b"a b\nc\n"))
    assert list(TextLines(tmp_path / "text.gz")) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("words", "share"), [([], 0.0), (["king", "queen"], 1 / 353)], ids=["no pair", "one pair"]
)
def test_similarities_need_two_known_pairs(words, share):
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(2)
    vectors.add_vectors(["other", *words], np.eye(3, 2)[: 1 + len(words)])
    correlation, known = rank_correlation(vectors, fetch(SIMILARITIES_FILE))
    assert np.isnan(correlation) and known == pytest.approx(share, rel=0.02)


def test_a_corpus_is_read_by_the_line_once_for_each_pass(tmp_path):
    (tmp_path / "text.txt").write_text("A b\nC a b\n")
    passed: list[int] = []
    corpus = TextLines(tmp_path / "text.txt", lower=True, on_sentence=lambda: passed.append(1))
    assert list(corpus) == [["a", "b"], ["c", "a", "b"]]
    train_vectors(corpus, seed=0, width=4, min_count=1, epochs=3)
    assert len(passed) == 2 * (1 + 1 + 3)


@pytest.mark.parametrize("sentences", [[], [["once"]]], ids=["empty", "rare words only"])
def test_a_corpus_without_words_is_refused(sentences):
    with pytest.raises(DataError, match=f"No word occurs 5 times among the {len(sentences)} words"):
        train_vectors(sentences, seed=0)


def two_parts(paths, fold, seed, *, test=((1, 2, 5),)) -> Fold:
    """Return a set whose word "e" is in the test part alone."""
    train = Split(np.array([[1, 2, 3, 0], [2, 4, 1, 3], [0, 0, 0, 0]] * 9), np.zeros(27))
    return Fold(train, None, Split(np.array(test), np.zeros(len(test))), ("a", "b", "c", "d", "e"))


def test_own_vectors_never_see_the_test_part(home):
    load = partial(load_with_own_vectors, load=two_parts, **SETTINGS)
    found = load([], 0, 7)
    assert np.isnan(found.vectors[4]).all()
    assert np.isfinite(found.vectors[:4]).all()
    kept_files = list((home / "computed").rglob("*.npy"))
    other = load_with_own_vectors([], 0, 7, load=partial(two_parts, test=((5, 5, 5), (4, 4, 4))), **SETTINGS)
    np.testing.assert_array_equal(found.vectors, other.vectors)
    assert list((home / "computed").rglob("*.npy")) == kept_files  # read again, not trained again
    assert not np.array_equal(found.vectors[:4], load([], 0, 8).vectors[:4])


def test_the_vectors_of_a_fetched_file_are_kept(home, monkeypatch):
    path = home / "data" / "vectors.bin"
    path.parent.mkdir(parents=True)
    write_binary(path, ["king"], np.ones((1, 3), "float32"))

    def load(paths, fold, seed) -> Fold:
        return Fold(
            Split(np.ones((1, 1)), np.zeros(1)), None, Split(np.ones((1, 1)), np.zeros(1)), ("king", "none")
        )

    first = load_with_vectors([path], 0, 0, load=load).vectors
    monkeypatch.setattr("data_pipelines.text.word2vec.read_vectors", None)  # not read again
    again = load_with_vectors([path], 0, 0, load=load).vectors
    assert isinstance(again, np.memmap)
    np.testing.assert_array_equal(again, first)
    assert np.isnan(again[1]).all() and not np.isnan(again[0]).any()


def test_trec_has_the_words_of_its_training_part(mirror, monkeypatch, tmp_path):
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path))
    own = replace(TREC, load=partial(load_with_own_vectors, load=TREC.load, **SETTINGS | {"epochs": 1}))
    found = own.load([fetch(file) for file in own.files], 0, 0)
    trained = set(np.unique(found.train.x)) - {0}
    has_vector = set(np.flatnonzero(~np.isnan(found.vectors[:, 0])) + 1)
    assert (has_vector, len(found.vocabulary)) == (trained, 9592)


def test_listed_words_are_marked(tmp_path):
    def load(paths, fold, seed):
        split = Split(np.zeros((1, 1), int), np.zeros(1, int))
        return Fold(split, None, split, ("b", "é", "New York", "B"))

    (tmp_path / "list").write_bytes("a\n\u2028\né\nb\nNew York".encode())
    marks = load_with_listed([tmp_path / "list"], 0, 0, load=load).vectors
    np.testing.assert_array_equal(marks, [[1], [1], [1], [np.nan]])
