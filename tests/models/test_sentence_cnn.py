"""Kim's network: sizes as published, and one training step recomputed in NumPy."""

import keras
import numpy as np
import pytest

from data_pipelines.text.batching import pack
from models.optimizers import Adadelta
from models.sentence_cnn import Channel, sentence_cnn

RHO, EPSILON = 0.95, 1e-6


def random_channel(symbols: int, width: int, trainable: bool = True, seed: int = 0) -> Channel:
    vectors = np.random.default_rng(seed).uniform(-0.25, 0.25, (symbols, width)).astype("float32")
    vectors[0] = 0
    return Channel(vectors, trainable)


def test_parameter_count_of_mr():
    model = sentence_cnn([random_channel(18766, 300)], 2)
    embedding = 18766 * 300
    assert model.count_params() - embedding == 360_902
    assert embedding == 5_629_800


@pytest.mark.parametrize(
    ("trainable", "tuned"), [((True,), 1), ((False,), 0), ((False, True), 1)], ids=["tuned", "frozen", "both"]
)
def test_only_tuned_channels_train(trainable, tuned):
    channels = [random_channel(20, 6, flag) for flag in trainable]
    model = sentence_cnn(channels, 3, filters=(2, 3), maps=4)
    vectors = [weight for weight in model.trainable_weights if tuple(weight.shape) == (20, 6)]
    assert len(vectors) == tuned
    assert len(model.non_trainable_weights) == len(trainable) - tuned


def test_channels_are_added_before_bias_and_relu():
    rng = np.random.default_rng(1)
    one, two = random_channel(20, 6, seed=1), random_channel(20, 6, seed=2)
    both = sentence_cnn([one, two], 3, filters=(2, 3), maps=4)
    single = sentence_cnn([Channel(one.vectors + two.vectors, True)], 3, filters=(2, 3), maps=4)
    weights = [rng.normal(size=weight.shape) for weight in single.get_weights()[1:]]
    single.set_weights([one.vectors + two.vectors, *weights])
    both.set_weights([one.vectors, two.vectors, *weights])
    x = pack(np.pad(rng.integers(1, 20, (5, 6)), ((0, 0), (2, 2))), front=2)
    np.testing.assert_allclose(both.predict_on_batch(x), single.predict_on_batch(x), rtol=1e-5)


class Recomputation:
    """Kim's network and Adadelta in NumPy: forward, backward, update, norm limit."""

    def __init__(self, weights: list[np.ndarray], widths: tuple[int, ...]) -> None:
        self.weights = [weight.astype("float64") for weight in weights]  # vectors, (kernel, bias)..., softmax
        self.widths = widths

    def pooled(self, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the features, (sentences, maps of all widths), and the position of each maximum."""
        vectors, features, places = self.weights[0][x], [], []
        for number, width in enumerate(self.widths):
            kernel, bias = self.weights[1 + 2 * number], self.weights[2 + 2 * number]
            windows = np.stack([vectors[:, i : x.shape[1] - width + 1 + i] for i in range(width)], axis=2)
            response = np.einsum("npkw,kwm->npm", windows, kernel) + bias
            places.append(response.argmax(axis=1))
            features.append(np.maximum(response.max(axis=1), 0))
        return np.concatenate(features, axis=1), places

    def logits(self, features: np.ndarray) -> np.ndarray:
        return features @ self.weights[-2] + self.weights[-1]

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        logits = self.logits(features)
        exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
        return exponent / exponent.sum(axis=1, keepdims=True)

    def gradients(self, x: np.ndarray, y: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
        """Return the gradient of the mean cross-entropy; `mask`, of 0 and 1, is what dropout keeps."""
        features, places = self.pooled(x)
        kept = features * mask
        error = self.probabilities(kept)
        error[np.arange(len(y)), y] -= 1
        error /= len(y)
        gradients = [np.zeros_like(weight) for weight in self.weights]
        gradients[-2], gradients[-1] = kept.T @ error, error.sum(axis=0)
        back = error @ self.weights[-2].T * mask * (features > 0)
        maps = features.shape[1] // len(self.widths)
        for number, (width, where) in enumerate(zip(self.widths, places, strict=True)):
            kernel, part = self.weights[1 + 2 * number], back[:, number * maps : (number + 1) * maps]
            for n, m in np.ndindex(part.shape):
                symbols = x[n, where[n, m] : where[n, m] + width]
                gradients[1 + 2 * number][:, :, m] += part[n, m] * self.weights[0][symbols]
                np.add.at(gradients[0], symbols, part[n, m] * kernel[:, :, m])
            gradients[2 + 2 * number] += part.sum(axis=0)
        gradients[0][0] = 0  # padding stays zero
        return gradients

    def step(self, gradients: list[np.ndarray]) -> None:
        """Apply the first step of Adadelta, then limit each class's softmax weights to a norm of 3."""
        for weight, gradient in zip(self.weights, gradients, strict=True):
            mean_square = (1 - RHO) * gradient**2
            weight -= np.sqrt(EPSILON) / np.sqrt(mean_square + EPSILON) * gradient
        norms = np.sqrt((self.weights[-2] ** 2).sum(axis=0))
        self.weights[-2] *= np.clip(norms, 0, 3) / (1e-7 + norms)


@pytest.fixture(scope="module")
def example():
    """Return a small network with random weights, and a batch with padding."""
    keras.utils.set_random_seed(5)
    rng = np.random.default_rng(5)
    model = sentence_cnn([random_channel(30, 7)], 3, maps=6)
    weights = [rng.normal(0, 0.5, weight.shape) for weight in model.trainable_weights]
    weights[0][0] = 0
    weights[-2] *= 4  # beyond the norm limit
    for variable, value in zip(model.trainable_weights, weights, strict=True):
        variable.assign(value)
    x = np.zeros((8, 14), "int32")
    for row, length in zip(x, (0, 1, 2, 3, 4, 5, 6, 6), strict=True):
        row[4 : 4 + length] = rng.integers(1, 30, length)
    return model, weights, x, rng.integers(0, 3, 8)


def test_prediction_halves_the_softmax_weight(example):
    model, weights, x, _ = example
    numpy = Recomputation(weights, (3, 4, 5))
    features, _ = numpy.pooled(x)
    np.testing.assert_allclose(
        model.predict_on_batch(pack(x, front=4)), numpy.logits(features / 2), rtol=1e-4, atol=1e-4
    )


def test_one_training_step(example):
    model, weights, x, y = example
    numpy = Recomputation(weights, (3, 4, 5))
    dropout = model.get_layer("dropout")
    seed = keras.ops.convert_to_numpy(dropout.seed_generator.state.value)
    mask = np.asarray(dropout(np.ones((8, 18), "float32"), training=True)) / 2  # Keras doubles what it keeps
    dropout.seed_generator.state.assign(seed)
    assert 0.2 < mask.mean() < 0.8
    numpy.step(numpy.gradients(x, y, mask))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(Adadelta(1.0, rho=RHO, epsilon=EPSILON), loss, run_eagerly=True)
    model.train_on_batch(pack(x, front=4), y)
    for variable, expected in zip(model.trainable_weights, numpy.weights, strict=True):
        np.testing.assert_allclose(np.asarray(variable.value), expected, atol=2e-5, err_msg=variable.path)
