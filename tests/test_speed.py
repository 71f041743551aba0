"""The benchmark measures real steps; its figures are never asserted, only their shape."""

import pytest

from benchmarks.speed import compare
from benchmarks.table import load_table


def test_compare_times_ours_and_the_plain_version(tmp_path):
    table = load_table("kim2014")
    recipe = table.recipe(table.cells("2", "CNN-rand", "TREC")[0])
    fold = recipe.dataset.load(recipe.dataset.lookalike(tmp_path), 0, 0)
    speeds, shares = compare(recipe, fold, batches=2, repeats=2)
    assert [speed.system for speed in speeds][:2] == ["retable", "plain Keras, padded"]
    assert speeds[0].ratio == 1
    assert all(speed.slowest <= speed.examples_per_second <= speed.fastest for speed in speeds)
    assert sum(share.share for share in shares) == pytest.approx(1)
