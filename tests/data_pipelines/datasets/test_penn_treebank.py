"""The Penn Treebank's text as numbers."""

import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.penn_treebank import PTB, load_text, read_words


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
