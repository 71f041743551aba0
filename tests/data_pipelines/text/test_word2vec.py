"""word2vec: equal twice, streamed, from the training text alone; the rows of Kim (2014) that begin with it."""

import gzip
import subprocess
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from benchmarks.jobs import Options, missing_jobs
from benchmarks.papers import kim2014
from benchmarks.recipe import fingerprint
from benchmarks.reproduce import verdicts
from benchmarks.runners import run_here
from benchmarks.table import load_table
from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.datasets.sentences import TREC
from data_pipelines.datasets.vectors import SIMILARITIES_FILE
from data_pipelines.download import fetch
from data_pipelines.text.vector_files import entries, write_binary
from data_pipelines.text.word2vec import (
    TextLines,
    load_with_own_vectors,
    load_with_vectors,
    rank_correlation,
    train_vectors,
)
from data_pipelines.text.word_codes import letter_ngrams, load_with_codes, one_hot
from results.records import JobKey, RunRecord
from results.verdicts import Answer

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


def test_methods_are_methods_of_their_own():
    methods = ({}, {"skip_gram": True}, {"hierarchical": True}, {"rate": 0.05}, {"sample": 1e-6}, {"negative": 2})
    found = [train_vectors(SENTENCES, seed=1, **SETTINGS, **method).vectors for method in methods]
    assert len({vectors.tobytes() for vectors in found}) == len(methods)


def test_no_word_of_a_long_sentence_is_left_out():
    long = ["a", "b"] * 12_000
    whole = train_vectors([long], seed=1, **SETTINGS).vectors
    cut = train_vectors([long[:10_000], long[10_000:20_000], long[20_000:]], seed=1, **SETTINGS).vectors
    np.testing.assert_array_equal(whole, cut)
    assert not np.array_equal(whole, train_vectors([long[:10_000]], seed=1, **SETTINGS).vectors)


def test_a_seed_gives_the_same_vectors_in_another_process(tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(" ".join(sentence) for sentence in SENTENCES))
    code = "from benchmarks.cli.app import main; main()"
    for name in ("one", "two"):
        arguments = ["vectors", "train", "text.txt", name, "--width", "8", "--min-count", "1", "--skip-gram"]
        subprocess.run([sys.executable, "-c", code, *arguments], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_text_without_line_ends_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("data_pipelines.text.word2vec.LONGEST_LINE_BYTES", 16)
    (tmp_path / "text.txt").write_text("one two\tthree\tfour\tfive\tsix\nseven\n\nnaïve eight nine ten")
    pieces = list(TextLines(tmp_path / "text.txt"))
    assert [word for piece in pieces for word in piece] == (
        ["one", "two", "three", "four", "five", "six", "seven", "naïve", "eight", "nine", "ten"]
    )
    assert ["seven"] in pieces and len(pieces) > 4


def test_a_text_that_is_not_utf_8_is_told_by_its_line(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"good\nna\xefve line\n")
    with pytest.raises(DataError, match="line 2: it is not UTF-8"):
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
    heard: list[int] = []
    corpus = TextLines(tmp_path / "text.txt", lower=True, heard=lambda: heard.append(1))
    assert list(corpus) == [["a", "b"], ["c", "a", "b"]]
    train_vectors(corpus, seed=0, width=4, min_count=1, epochs=3)
    assert len(heard) == 2 * (1 + 1 + 3)


@pytest.mark.parametrize("sentences", [[], [["once"]]], ids=["empty", "rare words only"])
def test_a_corpus_without_words_is_refused(sentences):
    with pytest.raises(DataError, match=f"has {len(sentences)} words, and none of them 5 times"):
        train_vectors(sentences, seed=0)


def two_parts(paths, fold, seed, *, test=((1, 2, 5),)) -> Fold:
    """Return a set whose word "e" stands in the test part alone."""
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


def test_words_without_a_vector_are_drawn_and_shift_nothing():
    vectors = np.array([[9.0, 9.0], [np.nan, np.nan], [8.0, 8.0]], "float32")
    fold = two_parts([], 0, 0)._replace(vocabulary=("a", "b", "c"), vectors=vectors)
    rng, untouched = np.random.default_rng(5), np.random.default_rng(5)
    table = kim2014.given_vectors(fold, 2, rng)
    np.testing.assert_array_equal(table[[0, 1, 3]], [[0, 0], [9, 9], [8, 8]])
    assert (np.abs(table[2]) <= 0.25).all() and table[2].any()
    assert rng.random() == untouched.random()
    with pytest.raises(ValueError, match="no vectors of width 3"):
        kim2014.given_vectors(fold, 3, rng)


def test_both_channels_begin_with_the_same_vectors():
    fold = two_parts([], 0, 0)
    fold = fold._replace(vectors=np.full((5, 4), np.nan, "float32"))
    settings = {"filters": (1,), "maps": 2, "dropout": 0.5, "max_norm": 3.0}
    channels = kim2014.ROWS["CNN-multichannel"]
    model = kim2014.build(fold, np.random.default_rng(0), classes=2, channels=channels, width=4, **settings)
    first, second = (model.get_layer(f"channel_{number}") for number in (0, 1))
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])
    assert [len(layer.trainable_weights) for layer in (first, second)] == [0, 1]


@pytest.mark.parametrize(("table", "row", "column"), [("2", "CNN-multichannel", "TREC"), ("1", "MR", "|V_pre|")])
def test_google_news_is_never_fetched_unasked(table, row, column, home):
    paper = load_table("kim2014")
    cells = paper.cells(table, row, column)
    recipe = paper.recipe(cells[0])
    (absent,) = verdicts(paper.plan(cells), [])
    assert absent.answer == Answer.NOT_ATTEMPTED
    assert absent.reason.startswith("needs the GoogleNews vectors (1.7 GB)")
    assert missing_jobs(paper.plan(cells), [], backend="tensorflow") == []
    earned = RunRecord(JobKey("kim2014", table, row, column, 0, 0, "jax", fingerprint(recipe), 1), {"value": 1.0})
    assert verdicts(paper.plan(cells), [earned])[0].answer != Answer.NOT_ATTEMPTED  # another machine had the file
    assert recipe.dataset.files[-1].name == "word2vec/word2vec-google-news-300.gz"
    jobs = missing_jobs(paper.plan(cells, Options(epochs=1, lookalike=True)), [], backend="tensorflow", seeds=1)
    record = list(run_here(jobs[:1]))[-1]
    assert isinstance(record, RunRecord) and record.error == ""
    if column == "|V_pre|":
        paths = recipe.dataset.lookalike(home.parent)
        known = {entry.word for entry in entries(paths[-1])}
        assert record.metrics == {"value": len(known & set(recipe.dataset.load(paths, 0, 0).vocabulary))}
        assert record.metrics["value"] > 100


def test_the_cut_of_a_fetched_file_is_kept(home, monkeypatch):
    path = home / "data" / "vectors.bin"
    path.parent.mkdir(parents=True)
    write_binary(path, ["king"], np.ones((1, 3), "float32"))

    def load(paths, fold, seed) -> Fold:
        return Fold(
            Split(np.ones((1, 1)), np.zeros(1)), None, Split(np.ones((1, 1)), np.zeros(1)), ("king", "none")
        )

    first = load_with_vectors([path], 0, 0, load=load).vectors
    monkeypatch.setattr("data_pipelines.text.word2vec.cut", None)  # it isn't cut again
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


def test_codes_are_those_of_the_lecture():
    words, seen = ["cool", "coool", "am", "new"], ["cool", "cool", "am", "coool"]
    np.testing.assert_array_equal(one_hot(words, seen, 2), [[1, 0], [0, 0], [0, 1], [0, 0]])
    codes = letter_ngrams(words, seen, 9)
    assert codes.shape == (4, 9)
    # _co, coo, ool, ol_; those and ooo; _am, am_; none of _ne, new, ew_
    assert codes.sum(axis=1).tolist() == [4, 5, 2, 0]
    assert (codes[0] * codes[1]).sum() == 4


def test_codes_rest_on_the_training_part_alone():
    first, other = (
        load_with_codes([], 0, 0, load=partial(two_parts, test=test), code=one_hot, width=3)
        for test in (((1, 2, 5),), ((5, 5, 5),))
    )
    np.testing.assert_array_equal(first.vectors, other.vectors)
    assert first.vectors.sum(axis=1).tolist() == [1, 1, 1, 0, 0]  # a, b and c are the most frequent
