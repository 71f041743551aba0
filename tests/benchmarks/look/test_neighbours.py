"""Neighbours of words, beside those that Kim et al. (2016) print."""

import keras
import numpy as np
import pytest

from benchmarks.look.neighbours import look_at_neighbours, nearest, published_neighbours
from benchmarks.look.subject import Trained
from benchmarks.papers.kim2016 import NEIGHBOURS
from data_pipelines.dataset import Fold, Split
from data_pipelines.text.spelling import MARKS, alphabet, spell
from models import language_model as nets
from models.language_model_layers import NextWord


def test_the_nearest_are_so_by_angle():
    table = np.array([[1.0, 0.0], [5.0, 0.5], [0.0, 1.0], [-1.0, 0.0]])
    assert nearest(np.array([2.0, 0.0]), table, 3) == [0, 1, 2]


def test_the_paper_prints_84_neighbours():
    printed = published_neighbours("kim2016")
    assert sum(len(words) for row in printed.values() for words in row.values()) == 84
    assert printed["LSTM-Word"]["trading"] == ["advertised", "advertising", "turnover", "turnover"]


VOCABULARY = ("while", "his", "you", "richard", "trading", "informed", "look", "the", "hardly")


@pytest.mark.parametrize("kind", ["words", "characters"])
def test_neighbours_stand_beside_those_of_the_paper(kind, tmp_path):
    keras.utils.set_random_seed(0)
    letters = alphabet(VOCABULARY)
    size = {"maps": (2, 3), "between": [nets.highway(0.5)], "symbols": len(letters) + MARKS, "scale": 0.5}
    if kind == "characters":
        embed = nets.character_embedding(spell(VOCABULARY, letters), **size)
    else:
        embed = nets.word_embedding(9, 4, 0.5)
    model = nets.language_model(embed, [nets.lstm(3)], NextWord(9, 0.5), streams=2, steps=2)
    nothing = Split(np.zeros(0, "int32"), np.zeros(0, "int32"))
    subject = Trained(None, model, Fold(nothing, nothing, nothing, VOCABULARY), nothing.x, predict=None)
    (path,) = NEIGHBOURS(subject, [], tmp_path / "look", "png")
    lines = path.read_text("utf-8").splitlines()[2:]
    rows = {"words": 1, "characters": 2}[kind]
    assert len(lines) == rows * ((5 if kind == "words" else 8) + 1)
    first = lines[0].split("|")
    assert first[2] == "while"
    assert "while" not in first[3]
    assert len(first[3].split(", ")) == 4
    assert set(first[3].split(", ")) <= set(VOCABULARY)
    assert lines[-1].split("|")[2] == "all"
    assert NEIGHBOURS.func is look_at_neighbours
