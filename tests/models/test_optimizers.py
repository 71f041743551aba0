"""Gradient descent with two rates; sparse Adadelta is tested against the dense one in test_exact_savings.py."""

import keras
import numpy as np

from models.optimizers import TwoRates


def test_biases_learn_at_their_own_rate():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    kernel, bias = model.get_weights()
    optimizer = TwoRates(0.1, 0.9, bias_factor=2.0)
    optimizer.build(model.trainable_variables)
    for _ in range(2):  # the second step has momentum
        optimizer.apply([np.ones((3, 2), "float32"), np.ones(2, "float32")], model.trainable_variables)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 - 0.19, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], bias - 2 * (0.1 + 0.19), rtol=1e-5)
