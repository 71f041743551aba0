"""The networks over sound: what is equal between them, and the fifth of the recordings."""

import numpy as np
import pytest

from benchmarks.papers import lecture004, waibel1989
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.spoken_digits import AVERAGED, RATE


@pytest.mark.parametrize("paper", [lecture004, waibel1989])
def test_networks_of_a_table_differ_in_the_network_and_its_rate_alone(paper):
    cells = paper.TABLE.cells(table="spoken digits", column="shifted")
    recipes = [paper.recipe(cell) for cell in cells]
    assert len(recipes) == 3
    assert len({(r.batch_size, r.epochs, r.loss, r.keep, r.metrics, r.runs) for r in recipes}) == 1
    assert len({str(r.build) for r in recipes}) == 3


def test_both_tables_shift_by_as_long():
    frames = next(iter(waibel1989.recipe(waibel1989.TABLE.cells(column="shifted")[0]).views.values()))
    assert frames.keywords["steps"] * AVERAGED == pytest.approx(100 * lecture004.SHIFT / RATE)


def test_a_fifth_has_as_many_recordings_of_each_digit():
    labels = np.repeat(np.arange(10), 240)
    part = Split(np.arange(2400), labels)
    few = lecture004.every(Fold(part, part, part), np.random.default_rng(0), step=5)
    assert np.bincount(few.train.y).tolist() == [48] * 10
    assert len(few.train.x) == 480 and len(few.valid.x) == len(few.test.x) == 2400


def test_the_fully_connected_network_has_more_parameters_than_the_convolution():
    empty = Fold(Split(np.zeros((1, RATE, 1), "float32"), np.zeros(1)), None, Split((), np.zeros(0)))
    counts = {row: build(empty, None).count_params() for row, build in lecture004.BUILDS.items()}
    assert counts[lecture004.STRIDES] == counts[lecture004.POOLING] == 13210
    assert counts[lecture004.FLAT] == 8001 * 256 + 257 * 10
