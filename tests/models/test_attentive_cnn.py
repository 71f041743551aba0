"""The attentive CNN: padding has no effect, and attention is recomputed in NumPy."""

import keras
import numpy as np
import pytest

from models.attentive_cnn import attentive_cnn

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
def test_padding_has_no_effect(attention):
    model, lengths = network(attention), [1, 5, 13, 18]
    x = padded(lengths, 18)
    far = np.pad(x, ((0, 0), (0, 4 * BLOCK), (0, 0)))
    np.testing.assert_allclose(model(far), model(x), atol=1e-6)
    garbled = far.copy()
    garbled[..., :-1] += 9 * (garbled[..., -1:] == 0)  # values in the padding
    np.testing.assert_allclose(model(garbled), model(x), atol=1e-6)
    assert np.abs(model(padded(lengths, 18, seed=1)) - model(x)).max() > 0.01


def test_attention_is_distributed_over_windows_with_frames():
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


def test_other_classifications_add_their_logits():
    assert network(other_views=(3, 3)).output_shape == (None, CLASSES + 6)
