"""The small network: its layers in NumPy, and its sizes."""

import keras
import numpy as np

from models.small_cnn import small_cnn


def test_each_pooling_takes_the_largest_of_four():
    model = small_cnn((8, 8, 1), 10, maps=(2, 3), hidden=4)
    pools = [layer for layer in model.layers if "pooling" in layer.name]
    x = np.random.default_rng(0).normal(size=(3, 8, 8, 1)).astype("float32")
    for pool, maps in zip(pools, (2, 3), strict=True):
        before, after = keras.Model(model.input, [pool.input, pool.output]).predict_on_batch(x)
        side = before.shape[1] // 2
        np.testing.assert_array_equal(after, before.reshape(3, side, 2, side, 2, maps).max(axis=(2, 4)))


def test_parameters_of_the_usual_sizes():
    model = small_cnn((8, 8, 1), 10)
    assert model.count_params() == (9 + 1) * 8 + (9 * 8 + 1) * 16 + (2 * 2 * 16 + 1) * 64 + (64 + 1) * 10
