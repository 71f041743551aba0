"""cuda-convnet's network: its size, and response normalization recomputed in NumPy."""

import numpy as np

from models.cuda_convnet import ResponseNormalization, cuda_convnet


def test_parameters_are_as_published():
    assert cuda_convnet(decay=0.004, last_decay=1.0).count_params() == 89578


def test_normalization_divides_by_the_mean_square_around_a_unit_within_its_map():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    wide = np.pad(x**2, ((0, 0), (1, 1), (1, 1), (0, 0)))
    means = np.zeros(x.shape)
    for row, column in np.ndindex(4, 5):
        means[:, row, column] = wide[:, row : row + 3, column : column + 3].sum(axis=(1, 2)) / 9
    normal = ResponseNormalization(3, scale=0.5, power=0.75)(x)
    np.testing.assert_allclose(normal, x / (1 + 0.5 * means) ** 0.75, rtol=1e-4)
