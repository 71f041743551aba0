"""Open cells are trained look by look; settled ones and systems without randomness are not."""

from dataclasses import replace

import pytest

from benchmarks.nights.settle import settle
from benchmarks.reproduce import verdicts
from benchmarks.table import load_table
from results.records import RunRecord


def trained(spread: float, mean: float = 80.0):
    """Settle MNB on CR, printed as 80.0 with a margin of 1.5; return the runs that each look asked for."""
    table = load_table("kim2014")
    planned = table.plan(table.cells("2", "MNB", "CR"))
    planned = [
        replace(one, recipe=replace(one.recipe, dataset=replace(one.recipe.dataset, folds=1))) for one in planned
    ]
    records, asked = [], []

    def train(cells, runs):
        asked.append(runs)
        for seed in range(runs):
            value = mean + spread * (-1) ** seed
            key = planned[0].key(0, seed, "tensorflow")
            records.append(RunRecord(key, {"test accuracy": value}, finished=str(seed)))

    settle(planned, lambda cells: verdicts(cells, records), train, print)
    return asked


@pytest.mark.parametrize(("spread", "looks"), [(0.1, [3]), (0.9, [3, 6]), (3.0, [3, 6, 12])])
def test_open_cells_are_trained_look_by_look(spread, looks):
    assert trained(spread) == looks


def test_what_is_settled_beyond_the_margin_is_not_trained_again():
    assert trained(0.1, mean=70.0) == [3]


def test_a_system_without_randomness_is_not_trained(capsys):
    table = load_table("lecun1998")
    planned = table.plan(table.cells("MNIST", "K-NN Euclidean", "none"))
    settle(planned, lambda cells: verdicts(cells, []), lambda cells, runs: pytest.fail("trained"), print)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(planned) + 1
    assert "has no randomness: more runs would give the same number." in lines[0]
