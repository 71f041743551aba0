"""Planted deviations: copies of recipes, cases, and how their answers are counted."""

import csv
import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evidence.digests import todays_digests
from benchmarks.explained.copies import COPIES, by_class, in_two_cases, mean_of_words, planned_copy
from benchmarks.explained.general import general_factors
from benchmarks.explained.measured import HEADINGS, row, write
from benchmarks.explained.planted import SHIFT, cases, leaking_folds, shifted_connections
from benchmarks.explained.planted import swapped_labels as swapped
from benchmarks.recipe import fingerprint
from data_pipelines.dataset import Fold, Split
from results.explanations.planted import FILE, planted_section
from tests.results.explanations.test_explanations import FOUND, NONE

CASES = {one.name: one for one in cases()}


def as_is(fold, rng):
    return fold


def images(count):
    rng = np.random.default_rng(0)
    return Split(rng.random((count, 8, 8, 1), "float32"), rng.integers(0, 10, count).astype("int32"))


FOLD = Fold(images(2000), None, images(1000))


def test_eight_are_among_the_factors_three_are_not_and_each_copy_is_clean_once():
    names = {one.name for one in general_factors("")}
    among = [one for one in CASES.values() if one.factor]
    others = [one for one in CASES.values() if one.deviate and not one.factor]
    clean = [one.copy for one in CASES.values() if not one.deviate]
    assert (len(among), len(others), clean) == (8, 3, list(COPIES))
    assert {one.factor for one in among} <= names


@pytest.mark.parametrize("case", CASES.values(), ids=lambda one: one.name)
def test_theirs_is_another_recipe_that_a_process_can_be_sent(case):
    one = planned_copy(case.copy)
    if case.deviate:
        other = pickle.loads(pickle.dumps(case.deviate(one.recipe)))
        assert fingerprint(other) != one.fingerprint
        assert any(todays_digests(other))


def test_a_file_is_sorted_by_class_and_every_second_text_is_in_capitals():
    digits = by_class([], 0, 0, load=lambda *_: FOLD)
    assert np.all(np.diff(digits.train.y) >= 0) and sorted(digits.train.y) == sorted(FOLD.train.y)
    texts = Split(np.array([[1, 2, 0], [1, 2, 3], [3, 0, 0]]), np.array([0, 1, 0]))
    mixed = in_two_cases([], 0, 0, load=lambda *_: Fold(texts, None, texts, ("What", "is", "IS")))
    assert mixed.vocabulary == ("What", "is", "IS", "WHAT")
    assert mixed.train.x.tolist() == [[4, 3, 0], [1, 2, 3], [3, 0, 0]]
    assert texts.x[0].tolist() == [1, 2, 0]


def test_the_mean_of_words_counts_padding():
    words = Split(np.array([[1, 2, 0, 0]], "int32"), np.array([0]))
    fold = Fold(words, None, words, ("a", "b"))
    model = mean_of_words(fold, np.random.default_rng(0), classes=2, width=3, dropout=0.5)
    table, kernel, _ = model.get_weights()
    assert not table[0].any()
    assert model.predict(words.x, verbose=0) == pytest.approx((table[1] + table[2])[None] @ kernel / 4, abs=1e-6)


def test_kernels_have_a_small_deviation():
    fold = Fold(images(2), None, images(2))
    recipe = planned_copy("small start").recipe
    model = recipe.build(fold, np.random.default_rng(0))
    for kernel in (one for one in model.trainable_weights if len(one.shape) > 1):
        assert np.std(kernel) == pytest.approx(0.01, rel=0.3)


def test_some_labels_are_swapped_and_always_the_same():
    first, second = (swapped(FOLD, np.random.default_rng(seed), prepare=as_is) for seed in (1, 2))
    assert np.array_equal(first.test.y, second.test.y)
    assert np.mean(first.train.y != FOLD.train.y) == pytest.approx(0.03, abs=0.01)
    assert set(np.unique(first.train.y)) == set(range(10))


def test_folds_leak_and_connections_shift():
    rng = np.random.default_rng(0)
    leaking = leaking_folds(FOLD, rng, prepare=as_is)
    assert len(leaking.train.y) == 3000 and len(leaking.test.y) == 1000
    moved = shifted_connections(FOLD, rng, prepare=as_is)
    assert np.array_equal(moved.test.x[:, 0, 0], FOLD.test.x[:, SHIFT, SHIFT])
    assert moved.test.x[:, -SHIFT:].max() == FOLD.test.x.min()


def test_what_is_right():
    among = replace(CASES["letter case"])
    assert row(among, FOUND)["right"] == "yes"
    assert row(among, NONE)["right"] == "no"
    assert row(CASES["pooling"], FOUND)["right"] == "no"
    for name in ("leaking folds", "clean digits"):
        assert [row(CASES[name], one)["right"] for one in (FOUND, NONE)] == ["no", "yes"]


def test_the_measure_is_kept_and_shown(tmp_path):
    assert planted_section(tmp_path) == "Not measured yet."
    rows = [row(CASES["letter case"], FOUND), row(CASES["pooling"], NONE), row(CASES["clean digits"], NONE)]
    write(rows, tmp_path / FILE)
    with (tmp_path / FILE).open() as stream:
        assert tuple(next(csv.reader(stream))) == HEADINGS
    text = planted_section(tmp_path)
    assert text.startswith("Of 2 deviations among the factors, 1 were named first. Of 1 clean copies, 1 got none.")
