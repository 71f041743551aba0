"""Newton's method with a diagonal Hessian."""

import keras
import numpy as np

from models.losses import half_squares
from models.optimizers import DiagonalNewton, measured_curvature


def compiled(*layers) -> keras.Model:
    outputs = inputs = keras.Input((3,))
    for layer in layers:
        outputs = layer(outputs)
    model = keras.Model(inputs, outputs)
    model.compile(DiagonalNewton(0.1, damping=0.5), loss=half_squares)
    model.optimizer.build(model.trainable_variables)
    return model


def curvatures(model: keras.Model, x: np.ndarray) -> list[np.ndarray]:
    before = model.get_weights()
    measure = measured_curvature(model, examples=len(x))
    for epoch in (1, 2):  # the second replaces the first
        measure(x, np.random.default_rng(epoch), epoch)
    for weight, same in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, same)
    return [np.asarray(one) for one in model.optimizer.curvatures]


def test_the_curvature_of_linear_outputs_is_the_mean_squared_input():
    x = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    kernel, bias = curvatures(compiled(keras.layers.Dense(2)), x)
    np.testing.assert_allclose(kernel, np.repeat((x**2).mean(axis=0)[:, None], 2, axis=1), rtol=1e-5)
    np.testing.assert_allclose(bias, [1, 1], rtol=1e-5)


def test_the_curvature_of_hidden_weights_is_the_squared_slope_of_the_output():
    x = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    model = compiled(keras.layers.Dense(4, "tanh"), keras.layers.Dense(1))
    hidden, _, output, _ = model.get_weights()
    slopes = (1 - np.tanh(x @ hidden) ** 2) * output[:, 0]
    expected = np.mean((x[:, :, None] * slopes[:, None]) ** 2, axis=0)
    np.testing.assert_allclose(curvatures(model, x)[0], expected, rtol=1e-4)


def test_a_weight_moves_by_its_slope_over_damping_and_curvature():
    model = compiled(keras.layers.Dense(2))
    kernel, _ = model.get_weights()
    slope = np.ones((3, 2), "float32")
    model.optimizer.curvatures[0].assign(np.full((3, 2), 1.5))
    model.optimizer.apply([slope, np.zeros(2, "float32")], model.trainable_variables)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 * slope / (0.5 + 1.5), rtol=1e-5)
