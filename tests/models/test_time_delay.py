"""The time-delay network: the paper's sizes, equal sizes of its rivals, and what a shift does."""

import numpy as np
import pytest

from benchmarks.papers.waibel1989 import NETWORKS
from models import time_delay
from models.layer_sizes import Size, layer_sizes
from models.sound_cnn import sound_cnn, sound_perceptron


def test_sizes_for_b_d_g():
    """13 places of 8 units over 3 x 16 inputs, 9 places of 3 units over 5 x 8, each with a bias."""
    sizes = layer_sizes(time_delay.time_delay_network(15, 16, 3, units=8))
    assert sizes == {
        "input": Size(240, 0, 0),
        "hidden1": Size(13 * 8, 13 * 8 * 49, 8 * 49),
        "hidden2": Size(9 * 3, 9 * 3 * 41, 3 * 41),
    }
    assert sum(size.connections for size in sizes.values()) == 6203
    assert sum(size.parameters for size in sizes.values()) == 515


def test_networks_that_are_compared_have_as_many_parameters():
    built = {name: getattr(time_delay, name)(15, 16, 10, units=units) for name, units in NETWORKS.values()}
    counts = {name: model.count_params() for name, model in built.items()}
    assert counts == {"time_delay_network": 2980, "fully_connected": 3022, "lstm": 2936}
    assert max(counts.values()) < 1.02 * 2980 and min(counts.values()) > 0.98 * 2980


def test_a_shift_within_silence_leaves_the_outputs_of_the_time_delay_network_alone():
    """A sound of one frame is seen by every unit at a whole number of places, wherever it is in the middle."""
    sounds = np.zeros((2, 15, 4), "float32")
    sounds[0, 6], sounds[1, 8] = [[1.0, -2.0, 3.0, 0.5]] * 2
    network = time_delay.time_delay_network(15, 4, 3, units=5)
    first, second = network.predict(sounds, verbose=0)
    assert first == pytest.approx(second, rel=1e-5)
    first, second = time_delay.fully_connected(15, 4, 3, units=5).predict(sounds, verbose=0)
    assert np.abs(first - second).max() > 0.01


def test_sounds_are_between_minus_one_and_one_with_a_mean_of_zero():
    x = np.random.default_rng(0).normal(-9, 3, (4, 15, 16)).astype("float32")
    found = np.asarray(time_delay.normalized(x))
    np.testing.assert_allclose(found.mean(axis=(1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(np.abs(found).max(axis=(1, 2)), 1, rtol=1e-5)
    assert np.asarray(time_delay.normalized(np.full((1, 15, 16), 7.0, "float32"))).max() == 0


def test_strides_and_pooling_shorten_a_sound_alike():
    shape = {"maps": (4, 6), "kernels": (8, 4), "steps": (4, 5)}
    strided, pooled = (sound_cnn(40, 3, pools=pools, **shape) for pools in (False, True))
    assert strided.count_params() == pooled.count_params() == 4 * 9 + 6 * (4 * 4 + 1) + 3 * 7
    assert [layer.output.shape[1] for layer in strided.layers if "conv" in layer.name] == [10, 2]
    assert [layer.output.shape[1] for layer in pooled.layers if "pooling1d" in layer.name[:13]] == [10, 2]
    with pytest.raises(ValueError, match="10 places are shortened by 4"):
        sound_cnn(40, 3, pools=False, maps=(4, 6), kernels=(8, 4), steps=(4, 4))
    assert sound_perceptron(40, 3, units=7).count_params() == 41 * 7 + 8 * 3
