"""Folds of labelled texts: as characters, words and counts, with synonyms and vectors."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.text.character_ids import ALPHABET, LENGTH
from data_pipelines.text.classification import (
    load_characters,
    load_counts,
    load_word_counts,
    load_words,
    word_rows,
)
from data_pipelines.text.corpus import ALPHANUMERIC
from data_pipelines.text.csv_rows import first_last, last_first
from data_pipelines.text.ragged import PaddedRows, Ragged
from data_pipelines.text.word_numbering import WordIndex
from tests.support.corpora import corpus_of

FORM = {"classes": 2, "fields": 1}
COUNTS = FORM | {"join": first_last, "most": 100, "longest": 2}
WORD_COUNTS = FORM | {"join": first_last, "vectors": {"width": 4, "min_count": 6, "epochs": 1}}


def written(folder, *rows: tuple[int, str]):
    path = folder / f"{len(rows)}.csv"
    path.write_text("".join(f'"{y}","{text}"\n' for y, text in rows))
    return path


def test_characters_are_kept_on_disk(tmp_path, home):
    path = written(tmp_path, (2, "ab"), (1, "C"))
    for full, third in ((False, 3), (True, 73)):
        fold = load_characters([path, path], 0, 0, **FORM, full=full)
        assert fold.train.x[:, :3].tolist() == [[2, 1, 0], [third, 0, 0]]
        assert isinstance(fold.train.x, np.memmap) and fold.train.x.shape == (2, LENGTH)
        assert fold.train.y.tolist() == fold.test.y.tolist() == [1, 0]


def test_ten_thousand_rows_of_news(mirror, home):
    paths = [mirror / "ag_news" / name for name in ("train_10k.csv", "test.csv")]
    fold = load_characters(paths, 0, 0, classes=4, fields=2)
    assert (len(fold.train.x), len(fold.test.x)) == (9982, 7600)
    end = "".join(" " if code == 0 else ALPHABET[code - 1] for code in fold.train.x[0, 25::-1])
    assert end == "ssier are fined \\$1.35 million"[-26:]  # the title comes last


def test_texts_are_rows_of_word_numbers():
    texts = ["It's  a-B; 2nd\nB!", "", "Ünder é", "...", "zz b"]
    corpus = corpus_of(texts[:4], texts[4:], rule=ALPHANUMERIC)
    index = WordIndex(ALPHANUMERIC.letters, ("b", "é"))
    expected = np.array([[0, 0, 0, 1, 0], [0] * 5, [0, 2, 0, 0, 0], [0] * 5, [0, 1, 0, 0, 0]])
    for length in (1, 2, 5):
        rows = PaddedRows(corpus.texts, corpus.positions(("b", "é")), length)
        np.testing.assert_array_equal(rows[:], expected[:, :length])
        np.testing.assert_array_equal(rows[[4, 2]], expected[[4, 2], :length])
        np.testing.assert_array_equal(word_rows(Ragged.of_strings(texts), index, length), expected[:, :length])
    assert len(index) == 2


@pytest.mark.parametrize("load", [load_characters, load_words])
def test_texts_are_the_same_with_synonyms_until_they_are_drawn(load, tmp_path, home):
    path = written(tmp_path, (1, "good, old good"), (2, "an old é"), (2, ""))
    (tmp_path / "thesaurus").write_text("UTF-8\ngood|1\n(adj)|old\nold|1\n(adj)|good\n")
    settings = FORM | ({"join": first_last, "most": 9} if load is load_words else {})
    plain = load([path, path], 0, 0, **settings)
    fold = load([path, path, tmp_path / "thesaurus"], 0, 0, **settings, synonyms=True)
    rows = [2, 0, 1, 0]
    np.testing.assert_array_equal(fold.train.x[rows], plain.train.x[rows])
    np.testing.assert_array_equal(fold.test.x[:], plain.test.x[:])
    np.testing.assert_array_equal(fold.train.y, plain.train.y)
    drawn = fold.train.x.drawn_by(np.random.default_rng(0), going_on=0.9, taking=1.0)
    assert len(drawn) == 3
    assert (drawn[[0] * 9] != plain.train.x[[0] * 9]).any()


def test_the_test_part_is_counted_by_what_training_has(tmp_path, home):
    train = written(tmp_path, (1, "A cat sat."), (2, "a dog, a cat"), (2, "dog"))
    test = written(tmp_path, (2, "the dog the cat a dog"), (1, ""))
    fold = load_counts([train, test], 0, 0, **COUNTS)
    assert fold.train.x.shape == (3, 8)  # 4 words, and a cat, cat sat, a dog, dog a
    assert fold.test.x.toarray().sum(axis=1).tolist() == [5, 0]
    assert fold.test.y.tolist() == [1, 0]


def test_a_training_part_without_words_is_refused(tmp_path, home):
    path = written(tmp_path, (1, ""), (2, "..."))
    with pytest.raises(DataError, match="2.csv has no words to count"):
        load_counts([path, path], 0, 0, **COUNTS)


def test_kept_arrays_depend_on_how_fields_are_joined(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_text('"1","a","b"\n"2","c","c"\n')
    found = [
        load_counts([path, path], 0, 0, **COUNTS | {"fields": 2, "join": join}).train.x
        for join in (first_last, last_first)
    ]
    assert [counts.shape for counts in found] == [(2, 5)] * 2
    assert (found[0] != found[1]).nnz  # a b is not b a


def test_words_with_vectors_are_those_of_the_training_part(tmp_path, home):
    train = written(tmp_path, *[(1, "a b c"), (2, "b c"), (2, "c")] * 3)
    test = written(tmp_path, (1, "a c d c"))
    fold = load_word_counts([train, test], 0, 0, **WORD_COUNTS)
    assert sorted(fold.vocabulary) == ["b", "c"]
    assert fold.vectors is not None and np.isfinite(fold.vectors).all() and fold.vectors.shape == (2, 4)
    assert fold.test.x.toarray()[0, list(fold.vocabulary).index("c")] == 2


def test_words_that_are_not_utf_8_are_counted(tmp_path, home):
    path = tmp_path / "rows.csv"
    path.write_bytes(b'"1","caf\xe9 a"\n"2","a b"\n' * 6)
    fold = load_word_counts([path, path], 0, 0, **WORD_COUNTS)
    assert set(fold.vocabulary) == {"a", "b", "caf\ufffd"}
    assert fold.train.x.sum() == 6 * 4
