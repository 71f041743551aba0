"""Fingerprints and settings."""

from dataclasses import replace
from functools import partial

import pytest

from benchmarks.recipe import Measurement, describe, fingerprint, last_best, settings
from benchmarks.table import load_table
from results.metrics import ACCURACY


@pytest.fixture
def recipe():
    table = load_table("kim2014")
    return table.recipe(table.cells("2", "CNN-rand", "TREC")[0])


def test_every_setting_changes_the_fingerprint(recipe):
    changes = {
        "dataset": replace(recipe.dataset, files=recipe.dataset.files[:1]),
        "optimizer": partial(recipe.optimizer.func, **{**recipe.optimizer.keywords, "rho": 0.9}),
        "build": partial(recipe.build.func, **{**recipe.build.keywords, "dropout": 0.4}),
        "batch_size": 51,
        "epochs": 24,
        "revision": 2,
    }
    marks = {fingerprint(replace(recipe, **{name: value})) for name, value in changes.items()}
    assert len(marks | {fingerprint(recipe)}) == len(changes) + 1


def test_a_fingerprint_is_the_same_in_every_process_and_needs_no_keras(recipe):
    assert fingerprint(recipe) == fingerprint(replace(recipe))
    assert "0x" not in str(describe(recipe))


def test_a_field_at_its_default_is_left_out():
    one = Measurement(measure=describe, metrics=(ACCURACY,))
    assert describe(one) == {"measure": "describe", "metrics": ["test accuracy"]}


def test_what_only_makes_things_faster_is_left_out(recipe):
    assert fingerprint(replace(recipe, arrange=None)) == fingerprint(recipe)


def test_settings_are_flat(recipe):
    flat = settings(recipe)
    assert flat["optimizer.rho"] == "0.95"
    assert flat["epochs"] == "25"
    assert flat["build.channels"] == "[['random', True]]"


@pytest.mark.parametrize(("scores", "kept"), [([1.0], True), ([2, 1], False), ([1, 2], True), ([2, 1, 2], True)])
def test_ties_go_to_the_later_epoch(scores, kept):
    assert last_best(scores) is kept
