"""Sizes of LeCun's networks as published, and counting without weights."""

import keras

from models import lenet
from models.layer_sizes import layer_sizes, without_weights
from models.zip_code_net import zip_code_net


def test_the_zip_code_network_has_the_published_sizes():
    sizes = layer_sizes(zip_code_net())
    assert sizes["H1"] == (768, 19968, 1068)
    assert sizes["H2"] == (192, 38592, 2592)
    assert sum(size.connections for size in sizes.values()) == 64660
    assert sum(size.units for size in sizes.values()) == 1256


def test_the_lenets_have_the_published_sizes():
    five, one = layer_sizes(lenet.lenet5()), layer_sizes(lenet.lenet1())
    parameters = [five[name].parameters for name in ("C1", "S2", "C3", "S4", "C5", "F6")]
    assert parameters == [156, 12, 1516, 32, 48120, 10164]
    assert sum(size.connections for size in five.values()) == 340908
    assert sum(size.parameters for size in one.values()) == 2578
    assert sum(size.connections for size in one.values()) == 98442


def test_weights_that_were_skipped_are_never_created():
    created = []

    def start(shape, dtype=None):
        created.append(shape)
        return keras.ops.zeros(shape, dtype)

    with without_weights():
        layer = keras.layers.Dense(3, kernel_initializer=start)
        layer.build((None, 2))
        assert layer.count_params() == 9
    keras.layers.Lambda(lambda x: x)(keras.Input((3,)))  # Keras creates all queued weights when it infers a shape
    assert created == []
