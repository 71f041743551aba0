"""The ConvNets of Zhang et al. (2015): sizes, start values, and the forward pass recomputed in NumPy."""

import keras
import numpy as np
import pytest

from benchmarks.papers.zhang2015.networks import DESCENT, LAID, SIZES, sgd
from models.layer_sizes import without_weights
from models.zhang_convnet import CONVOLUTIONS, FRAMES, char_cnn, word_cnn
from tests.support.texts import SMALLEST, laid, texts_of


def test_the_paper_file_states_the_frames_of_the_network():
    length = 1014
    for width, pool in CONVOLUTIONS:
        length = (length - width + 1) // pool
    assert LAID["frames"] == FRAMES == length
    assert LAID["stride"] == np.prod([pool for _, pool in CONVOLUTIONS])


@pytest.mark.parametrize(
    ("size", "channels", "classes", "parameters"),
    [
        ("Sm.", 69, 4, 11_337_988),
        ("Sm.", 70, 4, 11_339_780),
        ("Sm.", 69, 14, 11_348_238),
        ("Lg.", 69, 4, 95_933_444),
        ("Lg.", 70, 4, 95_940_612),
    ],
)
def test_parameters_are_those_of_the_published_architecture(size, channels, classes, parameters):
    with without_weights():
        assert char_cnn(channels, classes, **SIZES[size]).count_params() == parameters


def test_weights_and_biases_have_one_distribution_and_different_values():
    model = char_cnn(70, 4)
    starts = [np.ravel(weight) for weight in model.get_weights()]
    assert all(np.std(start) == pytest.approx(0.05, rel=0.2) for start in starts if len(start) > 100)
    assert len({tuple(start[:4]) for start in starts}) == len(starts)


def test_dropout_follows_both_dense_layers():
    with without_weights():
        model = char_cnn(70, 4)
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.5, 0.5]


@pytest.mark.parametrize("tuned", [False, True])
def test_the_table_of_word_vectors_is_trained_or_frozen(tuned):
    table = np.random.default_rng(0).normal(0, 1, (9, 5)).astype("float32")
    table[0] = 0
    model = word_cnn(table, tuned, 3, **SMALLEST)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(sgd(**{**DESCENT, "rate": 1.0}, halved_every=1), loss, run_eagerly=True)
    model.train_on_batch(laid(texts_of(30, 60, 3, 2, symbols=5)), np.arange(4) % 3)
    moved = np.any(np.asarray(model.get_layer("vectors").vectors) != table, axis=1)
    assert moved.tolist() == [False] + [tuned] * 8  # rows of words that occur in no text decay


def test_the_forward_pass_by_hand():
    keras.utils.set_random_seed(0)
    model, x = char_cnn(8, 3, **SMALLEST), texts_of(1014, 700)
    weights = iter(model.get_weights())
    values = np.eye(9, dtype="float32")[x][..., 1:]
    for width, pool in CONVOLUTIONS:
        kernel, bias = next(weights), next(weights)
        windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=1)  # texts, length, channels, width
        values = over_threshold(np.einsum("tpcw,wcm->tpm", windows, kernel) + bias)
        length = values.shape[1] // pool
        values = values[:, : length * pool].reshape(len(x), length, pool, -1).max(axis=2)
    values = values.reshape(len(x), -1)
    for _ in range(2):
        values = over_threshold(values @ next(weights) + next(weights))
    np.testing.assert_allclose(model(laid(x)), values @ next(weights) + next(weights), rtol=1e-3, atol=1e-3)


def over_threshold(values: np.ndarray) -> np.ndarray:
    return np.where(values > 1e-6, values, 0)
