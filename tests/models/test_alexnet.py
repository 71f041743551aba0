"""The facts that Krizhevsky et al. (2012) state about their network."""

import keras
import numpy as np
import pytest

from benchmarks.papers.krizhevsky2012 import NETWORK
from models.alexnet import alexnet, response_normalization
from models.layer_sizes import layer_sizes, without_weights

UNITS = {"conv2": 186_624, "conv3": 64_896, "conv4": 64_896, "conv5": 43_264}  # as printed
UNITS |= {"full6": 4096, "full7": 4096, "full8": 1000}


def test_parameters_units_and_filters_are_the_printed_ones():
    with without_weights():
        model = alexnet(224, 1000, **NETWORK)
        parameters, sizes = model.count_params(), layer_sizes(model)
        shapes = [tuple(layer.kernel.shape) for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert parameters == 60_965_224
    units = {name: size.units for name, size in sizes.items()}
    assert units == {"input": 150_528, "conv1": 55 * 55 * 96, **UNITS}
    assert 55 * 48 * 96 == 253_440  # the paper's number for conv1, a slip
    assert shapes == [(11, 11, 3, 96), (5, 5, 48, 256), (3, 3, 256, 384), (3, 3, 192, 384), (3, 3, 192, 256)]


def test_biases_of_one_are_where_the_paper_says():
    small = alexnet(67, 3, maps=6, units=4, decay=0.5, deviation=0.01, dropout=0.5)
    biases = {layer.name: np.unique(layer.bias).tolist() for layer in small.layers if layer.weights}
    ones = {name for name, values in biases.items() if values == [1]}
    assert ones == {"conv2", "conv4", "conv5", "full6", "full7"}
    assert {name for name, values in biases.items() if values == [0]} == {"conv1", "conv3", "full8"}
    assert np.std(small.get_layer("conv2").kernel) == pytest.approx(0.01, rel=0.1)
    decayed = sum(float(np.sum(np.square(layer.kernel))) for layer in small.layers if layer.weights)
    assert float(sum(small.losses)) == pytest.approx(0.25 * decayed, rel=1e-5)


def test_a_group_sees_its_own_half_of_the_maps():
    small = alexnet(67, 3, maps=6, units=4, decay=0.0, deviation=0.1, dropout=0.5)
    second = small.get_layer("conv2")
    x = np.random.default_rng(0).normal(size=(1, 7, 7, 6)).astype("float32")
    changed = x.copy()
    changed[..., 3:] += 1
    is_same = np.isclose(np.asarray(second(x)), np.asarray(second(changed))).all(axis=(0, 1, 2))
    assert is_same.tolist() == [True] * 8 + [False] * 8


def test_response_normalization_is_the_formula_of_section_3_3():
    x = np.random.default_rng(0).normal(0, 50, (2, 3, 3, 9)).astype("float32")
    expected = np.empty_like(x)
    for i in range(9):
        near = x[..., max(0, i - 2) : i + 3]
        expected[..., i] = x[..., i] / (2 + 1e-4 * (near**2).sum(axis=-1)) ** 0.75
    np.testing.assert_allclose(np.asarray(response_normalization()(x)), expected, rtol=1e-5)


def test_units_are_dropped_in_training_and_halved_otherwise():
    small = alexnet(67, 3, maps=6, units=64, decay=0.0, deviation=0.1, dropout=0.5)
    next(layer for layer in small.layers if isinstance(layer, keras.layers.Dropout)).rate = 0.0  # the first of two
    both = keras.Model(small.input, [small.get_layer("full7").output, small.get_layer("full8").input])
    x = np.random.default_rng(0).normal(0, 50, (2, 67, 67, 3)).astype("float32")
    units, passed_on = map(np.asarray, both(x))
    np.testing.assert_allclose(passed_on, 0.5 * units, rtol=1e-5)
    units, passed_on = map(np.asarray, both(x, training=True))
    is_kept = passed_on[units > 0] > 0
    assert 0.3 < is_kept.mean() < 0.7
    np.testing.assert_allclose(passed_on[units > 0][is_kept], units[units > 0][is_kept], rtol=1e-5)
