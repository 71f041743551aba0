"""Causal convolutions: receptive fields by gradient, and parameters."""

import numpy as np
import pytest

from models.lectures.causal_cnn import causal_cnn, input_gradient, receptive_field


@pytest.mark.parametrize(("dilations", "field"), [((1, 2, 4, 8), 16), ((1,) * 5, 6)])
def test_the_receptive_field_is_one_more_than_the_sum_of_the_dilations(dilations, field):
    model = causal_cnn((20, 3), 2, dilations=dilations, maps=8)
    x = np.random.default_rng(0).normal(size=(50, 20, 3)).astype("float32")
    assert receptive_field(model, x) == field
    assert np.any(input_gradient(model, x)[-1] != 0)


def test_filters_that_skip_inputs_leave_holes_in_the_field():
    model = causal_cnn((9, 2), 3, dilations=(3, 3), maps=8)
    x = np.random.default_rng(0).normal(size=(50, 9, 2)).astype("float32")
    seen = np.any(input_gradient(model, x) != 0, axis=-1)
    assert np.flatnonzero(seen).tolist() == [2, 5, 8]


def test_the_gradient_is_that_of_the_outputs():
    model = causal_cnn((5, 2), 3, dilations=(1, 2), maps=4)
    x = np.random.default_rng(0).normal(size=(7, 5, 2)).astype("float32")
    before = model.get_weights()
    found = input_gradient(model, x)
    step = np.zeros((5, 2), "float32")
    step[3, 1] = 1e-3
    above, below = (float(np.sum(model(x + change))) for change in (step, -step))
    assert found[3, 1] == pytest.approx((above - below) / 2e-3, rel=1e-2, abs=1e-3)
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    assert all(layer.trainable for layer in model.layers)


def test_parameters_are_those_of_filters_over_two_steps():
    model = causal_cnn((16, 4), 4, dilations=(1, 2, 4), maps=16)
    assert model.count_params() == (2 * 4 * 16 + 16) + 2 * (2 * 16 * 16 + 16) + (16 * 4 + 4)
