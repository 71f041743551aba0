"""The LSTM of Zhang et al. (2015)."""

import numpy as np

from data_pipelines.text.batching import cut
from models.zhang_lstm import mean_lstm
from tests.support.texts import texts_of


def test_padding_does_not_change_the_output():
    table = np.random.default_rng(0).normal(0, 1, (9, 5)).astype("float32")
    model, x = mean_lstm(table, 3, units=4), texts_of(5, 2, 9)
    np.testing.assert_allclose(model(cut(x)), model(x[:, :40].astype("int32")), atol=1e-6)
    assert model.count_params() - table.size == 4 * 4 * (5 + 4 + 1) + 3 * 5
