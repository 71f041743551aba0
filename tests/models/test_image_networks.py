"""The first convolutional networks: sizes as published, and their layers re-computed in NumPy."""

import keras
import numpy as np
import pytest

from models import lenet
from models.cuda_convnet import cuda_convnet
from models.image_layers import RadialOutput, ResponseNormalization, Subsampling, TableConvolution
from models.layer_sizes import layer_sizes
from models.losses import nearest_code, squares
from models.optimizers import TwoRates
from models.zip_code_net import H2_READS, zip_code_net


def filled(layer, x: np.ndarray) -> np.ndarray:
    """Return the layer's output after its weights were drawn anew, biases too."""
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


def test_weights_begin_within_the_bound_of_their_own_fan_in():
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


def test_normalization_divides_by_the_squares_around_within_the_map():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    wide = np.pad(x**2, ((0, 0), (1, 1), (1, 1), (0, 0)))
    means = np.zeros(x.shape)
    for row, column in np.ndindex(4, 5):
        means[:, row, column] = wide[:, row : row + 3, column : column + 3].sum(axis=(1, 2)) / 9
    normal = ResponseNormalization(3, scale=0.5, power=0.75)(x)
    np.testing.assert_allclose(normal, x / (1 + 0.5 * means) ** 0.75, rtol=1e-4)


def test_losses_by_hand():
    labels, outputs = np.array([1, 0]), np.array([[0.5, 1.0, -1.0], [1.0, 0.0, -1.0]], "float32")
    np.testing.assert_allclose(squares(labels, outputs), [1.5**2 / 3, 1 / 3], rtol=1e-6)
    distances = np.array([[4.0, 1.0, 9.0], [2.0, 0.5, 3.0]], "float32")
    others = np.log(np.exp(-2.0) + np.exp(-distances).sum(axis=1))
    found = nearest_code(labels, -distances, rubbish=2.0)
    np.testing.assert_allclose(found, others + [1.0, 2.0], rtol=1e-5)


def test_biases_learn_at_their_own_rate():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    kernel, bias = model.get_weights()
    optimizer = TwoRates(0.1, 0.9, bias_factor=2.0)
    optimizer.build(model.trainable_variables)
    for _ in range(2):  # the second step has momentum
        optimizer.apply([np.ones((3, 2), "float32"), np.ones(2, "float32")], model.trainable_variables)
    np.testing.assert_allclose(model.get_weights()[0], kernel - 0.1 - 0.19, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], bias - 2 * (0.1 + 0.19), rtol=1e-5)


def test_published_sizes():
    zips, five, one = layer_sizes(zip_code_net()), layer_sizes(lenet.lenet5()), layer_sizes(lenet.lenet1())
    assert zips["H1"] == (768, 19968, 1068)
    assert zips["H2"] == (192, 38592, 2592)
    assert sum(size.connections for size in zips.values()) == 64660
    assert sum(size.units for size in zips.values()) == 1256
    assert [five[name].parameters for name in ("C1", "S2", "C3", "S4", "C5", "F6")] == [
        *(156, 12, 1516, 32, 48120, 10164)
    ]
    assert sum(size.connections for size in five.values()) == 340908
    assert (sum(size.parameters for size in one.values()), sum(size.connections for size in one.values())) == (
        2578,
        98442,
    )
    assert cuda_convnet(decay=0.004, last_decay=1.0).count_params() == 89578


def test_connection_tables():
    assert [len(reads) for reads in lenet.C3_READS] == [3] * 6 + [4] * 9 + [6]
    assert lenet.C3_READS[12:15] == [[0, 1, 3, 4], [1, 2, 4, 5], [2, 3, 5, 0]]
    assert all(len(set(reads)) == len(reads) for reads in [*lenet.C3_READS, *lenet.LENET4_READS, *H2_READS])
    assert {len(reads) for reads in H2_READS} == {8}


def test_glyphs_are_distinct_and_in_7x12_pixels():
    codes = lenet.glyph_codes()
    assert codes.shape == (10, 84)
    assert set(np.unique(codes)) == {-1.0, 1.0}
    differing = (codes[:, None] != codes[None]).sum(axis=-1)
    assert differing[~np.eye(10, dtype=bool)].min() >= 10
