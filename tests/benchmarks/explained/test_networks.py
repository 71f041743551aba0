"""Changes of networks and optimizers, on small ones."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers

from benchmarks.explained import networks
from benchmarks.explained.factors import CannotChange
from data_pipelines.dataset import Fold, Split
from models.text_layers import WordVectors

FOLD = Fold(Split(np.zeros((2, 4)), np.zeros(2, int)), None, Split(np.zeros((2, 4)), np.zeros(2, int)))


def rng():
    return np.random.default_rng(3)


def images(fold, rng, *, start="glorot_uniform"):
    image = keras.Input((8, 8, 1))
    x = layers.MaxPooling2D(2)(
        layers.Conv2D(20, 5, padding="same", kernel_initializer=start, name="convolve")(image)
    )
    return keras.Model(image, layers.GlobalAveragePooling2D()(layers.Dropout(0.5)(x)))


def words(fold, rng):
    tokens = keras.Input((4,), dtype="int32")
    table = np.concatenate([np.zeros((1, 3)), rng.normal(0, 1, (5, 3))]).astype("float32")
    return keras.Model(tokens, WordVectors(table, name="words")(tokens))


def plain(fold, rng):
    x = keras.Input((4,))
    return keras.Model(x, layers.Activation("tanh")(x))


@pytest.mark.parametrize(("start", "variance"), [("random_normal", 2 / (25 + 500)), ("glorot_uniform", 2 / 25)])
def test_kernels_start_by_another_rule(start, variance):
    draws = rng()
    model = networks.other_start(FOLD, draws, build=partial(images, start=start))
    kernel = np.asarray(model.get_layer("convolve").kernel)
    assert kernel.var() == pytest.approx(variance, rel=0.2)
    assert draws.integers(1000) == rng().integers(1000)  # the order of examples is the same
    again = networks.other_start(FOLD, rng(), build=partial(images, start=start))
    assert np.array_equal(kernel, np.asarray(again.get_layer("convolve").kernel))


def test_half_precision_ends_with_the_network():
    model = networks.in_half_precision(FOLD, rng(), build=images)
    assert {weight.dtype for weight in model.weights} == {"float16"}
    assert keras.config.dtype_policy().name == "float32"


def test_a_network_with_a_penalty_learns_in_half_precision():
    def build(fold, rng):
        x = keras.Input((4,))
        return keras.Model(x, layers.Dense(2, kernel_regularizer="l2")(x))

    model = networks.in_half_precision(FOLD, rng(), build=build)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = np.ones((8, 4), "float32"), np.zeros(8, int)
    first, last = model.fit(x, y, epochs=2, verbose=0).history["loss"]
    assert last < first and keras.backend.standardize_dtype(model.losses[0].dtype) == "float32"


def test_dropout_is_lower_in_training_and_in_the_test():
    x = np.random.default_rng(0).normal(0, 1, (2, 8, 8, 1)).astype("float32")
    keras.utils.set_random_seed(0)
    base = images(FOLD, rng())
    weights = base.get_weights()
    changed = networks.low_dropout(FOLD, rng(), build=images)
    changed.set_weights(weights)
    assert changed.predict(x, verbose=0) == pytest.approx(0.5 * base.predict(x, verbose=0), rel=1e-5)


def test_pooling_is_the_other_one():
    x = np.random.default_rng(0).normal(0, 1, (2, 8, 8, 1)).astype("float32")
    base = images(FOLD, rng())
    changed = networks.other_pooling(FOLD, rng(), build=images)
    changed.set_weights(base.get_weights())
    maps = keras.Model(base.input, base.get_layer("convolve").output).predict(x, verbose=0)
    means = maps.reshape(2, 4, 2, 4, 2, 20).mean(axis=(2, 4))
    assert changed.predict(x, verbose=0) == pytest.approx(means.max(axis=(1, 2)), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_the_mean_of_words_becomes_their_maximum(masked):
    def build(fold, rng):
        tokens = keras.Input((4,), dtype="int32")
        table = layers.Embedding(6, 3, mask_zero=masked, embeddings_initializer="ones", name="words")
        return keras.Model(tokens, layers.GlobalAveragePooling1D()(table(tokens)))

    changed, table = networks.other_pooling(FOLD, rng(), build=build), -np.arange(18.0).reshape(6, 3)
    changed.set_weights([table])
    words = np.array([[2, 3, 1, 0]], "int32")
    assert changed.predict(words, verbose=0) == pytest.approx(table[[1 if masked else 0]])


def test_padding_gets_a_vector_that_is_trained():
    base, changed = words(FOLD, rng()), networks.padded(FOLD, rng(), build=words)
    tokens = np.array([[0, 1, 2, 0]], "int32")
    was, found = (np.asarray(model(tokens))[0] for model in (base, changed))
    assert not was[0].any() and found[0].any()
    assert np.array_equal(was[1:3], found[1:3])
    table = lambda fold, rng: keras.Sequential([keras.Input((4,)), layers.Embedding(5, 3)])  # noqa: E731
    assert not np.asarray(networks.padded(FOLD, rng(), build=table)(tokens))[0, 0].any()


@pytest.mark.parametrize(
    "change", [networks.other_start, networks.low_dropout, networks.other_pooling, networks.padded]
)
def test_what_a_network_lacks_cannot_be_changed(change):
    with pytest.raises(CannotChange, match="the network has no"):
        change(FOLD, rng(), build=plain)


def test_an_optimizers_hidden_defaults():
    adam = partial(keras.optimizers.Adam, learning_rate=0.1)
    assert networks.other_epsilon(optimizer=adam, stated=()).epsilon == pytest.approx(1e-5)
    changed = networks.shorter_memory(optimizer=adam, stated=("beta_2",))
    assert (changed.beta_1, changed.beta_2) == (pytest.approx(0.8), 0.999)
    for change, stated in (
        (networks.other_epsilon, ("epsilon",)),
        (networks.shorter_memory, ("beta_1", "beta_2")),
    ):
        with pytest.raises(CannotChange, match="the recipe leaves open"):
            change(optimizer=adam, stated=stated)
