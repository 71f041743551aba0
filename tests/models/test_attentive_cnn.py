"""The attentive CNN: padding does not count, cut batches are equal, and what its attention and losses are."""

import keras
import numpy as np
import pytest

from benchmarks.papers.neumann_vu2017 import by_length
from data_pipelines.dataset import Fold, Split
from models.attentive_cnn import attentive_cnn
from models.losses import joint_cross_entropy

FEATURES, CLASSES, BLOCK = 5, 4, 6


def network(attention: bool = True, **settings) -> keras.Model:
    keras.utils.set_random_seed(0)
    mean, deviation = np.linspace(-1, 1, FEATURES), np.linspace(0.5, 2, FEATURES)
    settings = {"kernels": 7, "widths": (4, 5), "stride": 2, "pool": 3, "attention": attention, **settings}
    model = attentive_cnn(mean, deviation, CLASSES, **settings)
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def padded(lengths, frames: int, seed: int = 0) -> np.ndarray:
    x = np.zeros((len(lengths), frames, FEATURES + 1), "float32")
    rng = np.random.default_rng(seed)
    for row, length in zip(x, lengths, strict=True):
        row[:length, :-1], row[:length, -1] = rng.normal(size=(length, FEATURES)), 1
    return x


@pytest.mark.parametrize("attention", [True, False])
def test_padding_changes_nothing(attention):
    model, lengths = network(attention), [1, 5, 13, 18]
    x = padded(lengths, 18)
    far = np.pad(x, ((0, 0), (0, 4 * BLOCK), (0, 0)))
    np.testing.assert_allclose(model(far), model(x), atol=1e-6)
    garbled = far.copy()
    garbled[..., :-1] += 9 * (garbled[..., -1:] == 0)  # values where no frame is
    np.testing.assert_allclose(model(garbled), model(x), atol=1e-6)
    assert np.abs(model(padded(lengths, 18, seed=1)) - model(x)).max() > 0.01


def test_attention_is_a_share_of_each_stretch_with_frames():
    model = network()
    weights = keras.Model(model.input, model.get_layer("attention").output)(padded([3, 7, 18], 18))
    weights = np.asarray(weights)[..., 0]
    assert weights.shape == (3, 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(weights > 1e-9, [[1, 0, 0], [1, 1, 0], [1, 1, 1]])


def test_attention_by_hand():
    """Scores, softmax and weighted sum from the pooled maxima, in NumPy."""
    model, x = network(), padded([18], 18)
    pooled = np.asarray(keras.Model(model.input, model.get_layer("pooled").output)(x))[0]
    scores = pooled @ model.get_layer("score").get_weights()[0][:, 0]
    shares = np.exp(scores) / np.exp(scores).sum()
    kernel, bias = model.get_layer("softmax").get_weights()
    np.testing.assert_allclose(model(x)[0], shares @ pooled @ kernel + bias, rtol=1e-4)


def test_the_filters_span_all_features():
    model = network(kernels=100, widths=(10, 20))
    shapes = [model.get_layer(f"filters_{width}").kernel.shape for width in (10, 20)]
    assert shapes == [(10, FEATURES, 100), (20, FEATURES, 100)]
    assert model.count_params() == (30 * FEATURES + 2) * 100 + 200 + 201 * CLASSES


def test_features_are_standardised():
    model = network()
    standard = keras.Model(model.input, model.get_layer("standardise").output)(padded([18], 18))
    expected = (padded([18], 18)[..., :-1] - np.linspace(-1, 1, FEATURES)) / np.linspace(0.5, 2, FEATURES)
    np.testing.assert_allclose(standard, expected, rtol=1e-5, atol=1e-6)


def test_the_control_answers_by_the_length_alone():
    rng = np.random.default_rng(0)
    y = np.arange(80) % CLASSES
    lengths = 10 * 2**y + rng.integers(0, 3, 80)

    def fold(seed):
        return Fold(Split(padded(lengths, 90, seed), y), None, Split(padded(lengths[:20], 90, seed), y[:20]))

    found = by_length(fold(0), 0)
    assert found == by_length(fold(1), 0) == {"unweighted test accuracy": 100, "test accuracy": 100}


def test_the_joint_loss_is_the_sum_of_its_views():
    rng, sizes = np.random.default_rng(0), (4, 3, 3)
    outputs = rng.normal(size=(8, sum(sizes))).astype("float32")
    views = [rng.integers(0, size, 8) for size in sizes]
    joint = np.ravel_multi_index(views, sizes)
    expected = np.zeros(8)
    for labels, logits in zip(views, np.split(outputs, np.cumsum(sizes)[:-1], axis=1), strict=True):
        expected += np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(8), labels]
    np.testing.assert_allclose(joint_cross_entropy(joint, outputs, sizes=sizes), expected, rtol=1e-4)
    assert network(other_views=(3, 3)).output_shape == (None, 10)
