"""The layers of LeCun's networks, recomputed in NumPy."""

import numpy as np
import pytest

from models.lecun_layers import RadialOutput, Subsampling, TableConvolution


def filled(layer, x: np.ndarray) -> np.ndarray:
    """Return the layer's output after all weights, biases too, were drawn at random."""
    layer.build(x.shape)
    rng = np.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(rng.normal(0, 1, weight.shape))
    return np.asarray(layer(x))


@pytest.mark.parametrize("bias_per_unit", [False, True])
def test_a_map_reads_the_maps_of_its_row_and_the_border(bias_per_unit):
    table, size, border = [[0, 2], [1], [0, 1, 2]], 3, -1.0
    layer = TableConvolution(table, size, strides=2, padding=1, border=border, bias_per_unit=bias_per_unit)
    x = np.random.default_rng(0).normal(size=(2, 7, 5, 3)).astype("float32")
    output = filled(layer, x)
    kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias)
    assert kernel.shape == (6, size * size)
    assert output.shape == (2, 4, 3, 3) == layer.compute_output_shape(x.shape)
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=border)
    expected, pair = np.zeros(output.shape), 0
    for map_, reads in enumerate(table):
        for below in reads:
            for row, column in np.ndindex(4, 3):
                window = wide[:, 2 * row : 2 * row + size, 2 * column : 2 * column + size, below]
                expected[:, row, column, map_] += (window * kernel[pair].reshape(size, size)).sum(axis=(1, 2))
            pair += 1
    np.testing.assert_allclose(output, expected + bias, rtol=1e-4, atol=1e-5)


def test_weights_start_within_the_bound_of_their_own_fan_in():
    layer = TableConvolution([[0], [0, 1, 2, 3]], 5)
    layer.build((None, 9, 9, 4))
    kernel = np.abs(np.asarray(layer.kernel))
    assert 0.7 * 2.4 / 25 < kernel[0].max() <= 2.4 / 25
    assert 0.9 * 2.4 / 100 < kernel[1:].max() <= 2.4 / 100


def test_subsampling_adds_four_units_and_may_copy_maps():
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
    layer = Subsampling(copies=2)
    output = filled(layer, x)
    sums = x.reshape(2, 2, 2, 3, 2, 3).sum(axis=(2, 4))
    np.testing.assert_allclose(
        output, np.repeat(sums, 2, axis=-1) * np.asarray(layer.coefficient) + np.asarray(layer.bias), rtol=1e-4
    )


def test_radial_output_is_minus_the_squared_distance():
    codes, x = np.random.default_rng(0).normal(size=(2, 3, 7)).astype("float32")
    expected = -((x[:, None] - codes[None]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(RadialOutput(codes)(x), expected, rtol=1e-4)
