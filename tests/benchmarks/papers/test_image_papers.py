"""Learning rates and image changes of the image papers."""

import numpy as np
import pytest

from benchmarks.papers import cifar10
from benchmarks.papers.lecun1998 import invariance, networks
from data_pipelines.dataset import Fold, Split


def test_the_rate_falls_after_the_passes_that_it_should():
    shares = ((2, 1.0), (5, 0.4), (20, 0.1))
    optimizer = networks.falling(rate=0.5, momentum=0.9, steps=10, shares=shares)
    rates = [float(optimizer._learning_rate(step)) for step in (0, 20, 21, 50, 51, 300)]
    assert rates == pytest.approx([0.5, 0.5, 0.2, 0.2, 0.05, 0.05])
    two = cifar10.falling(rate=0.001, momentum=0.9, bias_factor=2.0, steps=10, ends=(3, 4))
    assert [float(two._learning_rate(step)) for step in (30, 31, 41)] == pytest.approx([1e-3, 1e-4, 1e-5])


def test_digits_are_moved_turned_and_resized_in_turn():
    x = np.zeros((4, 9, 9, 1), "float32")
    x[:, 4, 6] = 1
    places = [tuple(np.argwhere(image[..., 0] > 0.5)[0]) for image in invariance.moved(x, amount=2.0)]
    assert places == [(2, 6), (6, 6), (4, 4), (4, 8)]
    places = [tuple(np.argwhere(image[..., 0] > 0.5)[0]) for image in invariance.turned(x, amount=90.0)]
    assert places == [(2, 4), (6, 4)] * 2
    assert invariance.resized(x, amount=2.0)[0, 4, 8, 0] == 1
    np.testing.assert_array_equal(invariance.VIEW_FUNCTIONS["shifted by 2"](x), invariance.moved(x, amount=2.0))


def test_the_mean_training_image_is_taken_off_both_parts():
    x = np.random.default_rng(0).integers(0, 256, (6, 2, 2, 3)).astype("u1")
    fold = Fold(Split(x[:4], np.zeros(4)), None, Split(x[4:], np.zeros(2)))
    centred = cifar10.centred(fold, np.random.default_rng(0), scale=0.5)
    np.testing.assert_allclose(centred.train.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(centred.test.x, 0.5 * (x[4:] - x[:4].mean(axis=0)), rtol=1e-5)
    assert centred.test.x.dtype == np.float32


def test_translations_train_on_mirrored_parts_and_test_on_nine():
    x = np.arange(2 * 32 * 32).reshape(2, 32, 32, 1)
    x = np.repeat(x, 50, axis=0)
    seen = cifar10.parts(x, np.random.default_rng(0), side=24)
    assert seen.shape == (100, 24, 24, 1)
    steps = np.unique(seen[:, 0, 1, 0] - seen[:, 0, 0, 0])
    assert steps.tolist() == [-1, 1]
    starts = np.minimum(seen[:, 0, 0, 0], seen[:, 0, -1, 0]) % 1024
    assert set(starts // 32) == set(starts % 32) == set(range(9))

    class Corner:
        def predict(self, part, **settings):
            return np.log(part[:, 0, 0])

    weights = np.random.default_rng(1).uniform(0.1, 1, (3, 32, 32, 4))
    weights /= weights.sum(axis=-1, keepdims=True)
    found = cifar10.over_views(Corner(), weights, side=24, views=cifar10.NINE)
    np.testing.assert_allclose(found, weights[:, :9:4, :9:4].mean(axis=(1, 2)))


def test_ten_epochs_compare_networks_of_one_size_at_constant_rates():
    recipes = [cifar10.recipe(cell) for cell in cifar10.TABLE.cells(table="10 epochs")]
    assert [made.epochs for made in recipes] == [10, 10]
    assert recipes[0].build is cifar10.NETWORKS[cifar10.CONVNET].build
    optimizers = [made.optimizer() for made in recipes]
    assert [float(one.learning_rate) for one in optimizers] == pytest.approx([0.001, 0.01])
