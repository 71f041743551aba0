"""cuda-convnet's network: its size, and response normalization recomputed in NumPy."""

import numpy as np

from models.cuda_convnet import (
    AcrossMaps,
    LocallyConnected,
    ResponseNormalization,
    cuda_convnet,
    fully_connected,
    locally_connected,
    without_normalization,
)


def test_parameters_are_as_published():
    assert cuda_convnet(decay=0.004, last_decay=1.0).count_params() == 89578


def test_parameters_follow_from_the_layer_files():
    convolutions = 3 * 25 * 32 + 32 + 32 * 25 * 32 + 32 + 32 * 25 * 64 + 64
    small = {"decay": 0.004, "last_decay": 0.03}
    assert without_normalization(**small).count_params() == 89578
    assert without_normalization(**small, side=24).count_params() == convolutions + 9 * 64 * 10 + 10
    hidden = 16 * 64 * 64 + 64 + 64 * 10 + 10
    assert without_normalization(**small, hidden=64, deviation=0.1).count_params() == convolutions + hidden
    local = locally_connected(maps=64, local=(48, 32), decay=0.004, normalize=True, side=24)
    filters = 3 * 25 * 64 + 64 + 64 * 25 * 64 + 64
    unshared = 36 * (9 * 64 * 48 + 48 + 9 * 48 * 32 + 32)
    assert local.count_params() == filters + unshared + 36 * 32 * 10 + 10


def test_29_units_have_as_many_parameters_as_the_convolutions():
    assert fully_connected(hidden=29, decay=0.004).count_params() == 89417


def test_normalization_divides_by_the_mean_square_around_a_unit_within_its_map():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    wide = np.pad(x**2, ((0, 0), (1, 1), (1, 1), (0, 0)))
    means = np.zeros(x.shape)
    for row, column in np.ndindex(4, 5):
        means[:, row, column] = wide[:, row : row + 3, column : column + 3].sum(axis=(1, 2)) / 9
    normal = ResponseNormalization(3, scale=0.5, power=0.75)(x)
    np.testing.assert_allclose(normal, x / (1 + 0.5 * means) ** 0.75, rtol=1e-4)


def test_normalization_across_maps_divides_by_the_mean_square_of_nine_neighbours():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 12)).astype("float32")
    wide = np.pad(x**2, ((0, 0), (0, 0), (0, 0), (4, 4)))
    means = np.stack([wide[..., first : first + 9].sum(axis=-1) / 9 for first in range(12)], axis=-1)
    np.testing.assert_allclose(AcrossMaps(9, 0.5, 0.75)(x), x / (1 + 0.5 * means) ** 0.75, rtol=1e-4)


def test_filters_of_a_locally_connected_layer_differ_from_place_to_place():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    layer = LocallyConnected(6, 0.5, 0.0)
    found = np.asarray(layer(x))
    layer.bias.assign(np.random.default_rng(1).normal(size=(4, 5, 6)))
    kernel, bias = np.asarray(layer.kernel).reshape(4, 5, 3, 3, 3, 6), np.asarray(layer.bias)
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    expected = np.zeros((2, 4, 5, 6))
    for row, column in np.ndindex(4, 5):
        window = wide[:, row : row + 3, column : column + 3]
        expected[:, row, column] = np.einsum("irsc,rscm->im", window, kernel[row, column])
    np.testing.assert_allclose(found, np.maximum(expected, 0), atol=1e-5)
    np.testing.assert_allclose(layer(x), np.maximum(expected + bias, 0), atol=1e-5)
