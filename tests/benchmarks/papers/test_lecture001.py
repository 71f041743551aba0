"""The comparisons of lecture 001: which networks are compared, and on what."""

import numpy as np
import pytest

from benchmarks.papers import lecture001
from benchmarks.recipe import Recipe
from data_pipelines.dataset import Fold, Split


@pytest.mark.parametrize("steps", [8, 16])
def test_two_networks_see_the_whole_sequence_and_the_control_has_the_size_of_the_smaller(steps):
    found = {}
    for cell in lecture001.TABLE.cells("sizes"):
        what, _, length = cell.column.rpartition(", ")
        if length == f"{steps} steps":
            [value] = lecture001.TABLE.recipe(cell).measure(None, 0).values()
            found[cell.row, what] = value
    dilated, stacked, small = ("dilated", "stacked", "stacked, as few layers")
    layers = int(np.log2(steps))
    assert found[dilated, "receptive field"] == found[stacked, "receptive field"] == steps
    assert found[small, "receptive field"] == 1 + layers
    first, other, last = 2 * 4 * 16 + 16, 2 * 16 * 16 + 16, 16 * 4 + 4
    assert found[dilated, "parameters"] == found[small, "parameters"] == first + (layers - 1) * other + last
    assert found[stacked, "parameters"] == first + (steps - 2) * other + last


def test_rows_of_a_table_differ_in_the_network_alone():
    for table, built in (("first symbol", 3), ("both ends", 3), ("pooling", 3)):
        for column in {cell.column for cell in lecture001.TABLE.cells(table)}:
            recipes = [lecture001.recipe(cell) for cell in lecture001.TABLE.cells(table, None, column)]
            assert all(isinstance(made, Recipe) for made in recipes)
            assert len({str(made.build) for made in recipes}) == built
            others = {(made.dataset.name, made.epochs, made.batch_size, str(made.optimizer)) for made in recipes}
            assert len(others) == 1


def test_digits_to_train_and_to_validate_on_are_not_the_same():
    whole = Fold(Split(np.arange(12), np.arange(12)), None, Split(np.arange(2), np.arange(2)))
    fold = lecture001.part_of_the_digits(whole, np.random.default_rng(0), first=7, held_out=4)
    assert (fold.train.x.tolist(), fold.valid.y.tolist()) == ([*range(7)], [8, 9, 10, 11])
    assert fold.test is whole.test
