"""The estimated cost of a column: counted operations, and all of its networks."""

import numpy as np
import pytest

from benchmarks.speed.tasks import estimate
from data_pipelines.datasets.topics import AG_10K_ROWS, TRAIN_10K
from data_pipelines.download import cached_path
from models.zhang_convnet import CONVOLUTIONS, char_cnn
from models.zhang_lstm import mean_lstm
from tests.support.texts import laid, texts_of


def test_operations_are_those_of_the_matrix_products():
    model, x = char_cnn(70, 4, maps=8, units=16), laid(texts_of(5, 9, 3, 7))
    columns, products, length = 70, 0, x["symbols"].size
    for width, pool in CONVOLUTIONS:
        products += width * columns * 8 * length
        columns, length = 8, length // pool
    products += 4 * (34 * 8 * 16 + 16 * 16 + 16 * 4)
    assert estimate.operations(model, x) == pytest.approx(2 * products, rel=0.05)
    lstm = mean_lstm(np.zeros((9, 5), "float32"), 3, units=40)
    counted = estimate.operations(lstm, np.ones((2, 6), "int32"))
    assert counted == pytest.approx(2 * 6 * 2 * 4 * 40 * (5 + 40), rel=0.1)


@pytest.mark.parametrize("is_here", [False, True])
def test_every_network_of_the_column_is_estimated_from_the_rows_at_hand(is_here, home):
    path = cached_path(TRAIN_10K)
    path.parent.mkdir(parents=True)
    if is_here:
        path.touch()
    rows, full, used = zip(*estimate.networks(), strict=True)
    assert len(set(rows)) == 17 and "LSTM" in rows and "Lg. Full Conv. Th." in rows
    assert {made.dataset.name for made in full} == {"AG"}
    assert {made.dataset.name for made in used} == {AG_10K_ROWS.name if is_here else "AG"}
