"""Texts of one's own as word numbers."""

from pathlib import Path

import numpy as np
import pytest

from data_pipelines.dataset import DataError, LocalFile
from data_pipelines.datasets.own_files import PartFiles, RandomSplit, table_data, word_ids
from data_pipelines.datasets.own_files.words import UNKNOWN, words_and_marks


def local(name: str) -> LocalFile:
    return LocalFile(Path("/nowhere") / name, "0" * 64, 1)


PARTS = PartFiles(train=local("train.csv"), test=local("test.csv"))
TEXTS = table_data("texts", PARTS, label="y", classes=2, text="text")


@pytest.fixture
def paths(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text('text,y\n"Äpfel, grün",0\n"grün grün rot blau",1\n', "utf-8")
    test.write_text("text,y\nrot gelb,0\n,1\n", "utf-8")
    return [train, test]


def test_words_of_any_script_and_marks():
    assert words_and_marks("Don't PANIC, Ölkrug! 你好") == ["don", "'", "t", "panic", ",", "ölkrug", "!", "你好"]


def test_the_vocabulary_is_that_of_the_training_part(paths):
    fold = word_ids(TEXTS, front=2).load(paths, 0, 0)
    assert fold.vocabulary == ("äpfel", ",", "grün", "rot", "blau", UNKNOWN)
    assert fold.train.x.tolist() == [[0, 0, 1, 2, 3, 0, 0, 0], [0, 0, 3, 3, 4, 5, 0, 0]]
    assert fold.test.x.tolist() == [[0, 0, 4, 6, 0, 0, 0, 0], [0] * 8]
    assert fold.valid is None and fold.test.y.tolist() == [0, 1]


def test_rare_words_and_long_texts(paths):
    fold = word_ids(TEXTS, tokenise=str.split, min_count=2, longest=3, front=0).load(paths, 0, 0)
    assert fold.vocabulary == ("grün", UNKNOWN)
    assert fold.train.x.tolist() == [[2, 1, 0], [1, 1, 2]]


def test_numbers_are_not_texts(tmp_path):
    split = RandomSplit(0.5, 0, 0.5)
    data = word_ids(table_data("n", local("n.csv"), label="y", classes=2, inputs=("a",), split=split))
    with pytest.raises(DataError, match="was loaded as numbers. Expected texts"):
        data.load(data.lookalike(tmp_path), 0, 0)


def test_a_sentence_cnn_takes_them(tmp_path):
    from data_pipelines.text.batching import pack
    from models.sentence_cnn import Channel, sentence_cnn

    data = word_ids(TEXTS)
    fold = data.load(data.lookalike(tmp_path), 0, 0)
    vectors = np.random.default_rng(0).normal(size=(len(fold.vocabulary) + 1, 5)).astype("float32")
    network = sentence_cnn([Channel(vectors, True)], data.classes, maps=2)
    assert network(pack(fold.test.x[:4], front=4)).shape == (4, 2)
