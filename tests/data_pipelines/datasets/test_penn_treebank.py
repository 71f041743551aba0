"""The Penn Treebank's text as numbers."""

import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.penn_treebank import PTB, known_words, load_text, read_words, spellings


def test_preparation_of_text(tmp_path):
    path = tmp_path / "text"
    path.write_text(" the <unk> cat \n{ no newline }", "utf-8")
    assert read_words(path) == ["the", "|", "cat", "+", "no", "newline", "+"]
    fold = load_text([path, path, path], 0, 0)
    assert fold.train.x.tolist() == [1, 2, 3, 4, 5, 6, 4]
    assert fold.train.y.tolist() == [2, 3, 4, 5, 6, 4, 1]
    path.write_text(" \n\n", "utf-8")
    with pytest.raises(DataError, match="text has no words"):
        read_words(path)
    path.write_text("word " * 100_000, "utf-8")
    assert len(read_words(path)) == 100_001


def test_the_published_files_have_the_published_sizes(mirror):
    fold = PTB.load([mirror / file.name for file in PTB.files], 0, 0)
    assert [len(part.y) for part in (fold.train, fold.valid, fold.test)] == [929589, 73760, 82430]
    assert len(fold.vocabulary) == 10000
    assert max(map(len, fold.vocabulary)) == 19


def test_an_unknown_word_with_a_spelling_is_read_by_it_and_labelled_unknown(tmp_path):
    paths = [tmp_path / name for name in ("train", "valid", "test")]
    for path in paths:
        path.write_text("a |ecat b |\nb a", encoding="utf-8")
    fold = load_text(paths, 0, 0, end="")
    assert fold.vocabulary == ("a", "|", "b", "|ecat")
    assert known_words(fold.vocabulary) == 3
    assert spellings(fold.vocabulary) == ["a", "|", "b", "cat"]
    assert fold.train.x.tolist() == [1, 4, 3, 2, 3, 1]
    assert fold.train.y.tolist() == [2, 3, 2, 3, 1, 1]
