"""Each saving changes no number: sentences and texts end to end, rows left alone until a batch touches them."""

import keras
import numpy as np
import pytest

from benchmarks.papers.zhang2015.networks import DESCENT, sgd
from benchmarks.speed.tasks import topics
from benchmarks.speed.tasks.sentences import padded_cnn
from benchmarks.speed.tasks.topics import one_hot
from data_pipelines.text.batching import coarse, pack
from models.optimizers import Adadelta
from models.sentence_cnn import Channel, sentence_cnn
from models.zhang_convnet import char_cnn
from tests.support.texts import SMALLEST, laid, texts_of

SYMBOLS, WIDTH, CLASSES, LONGEST, FRONT = 40, 6, 3, 9, 4
SIZES = {"filters": (3, 4, 5), "maps": 8, "dropout": 0.0}
WORD_RANGES = ((1, 20), (10, 30), *((20, 30),) * 3, (1, 30))  # of each step
TOLERANCE = 3e-5
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def batch(lengths, rng, first: int = 1, last: int = SYMBOLS) -> tuple[np.ndarray, np.ndarray]:
    """Return padded sentences of these lengths over some of the words, and labels."""
    x = np.zeros((len(lengths), LONGEST + 2 * FRONT), "int32")
    for row, length in zip(x, lengths, strict=True):
        row[FRONT : FRONT + length] = rng.integers(first, last, length)
    return x, rng.integers(0, CLASSES, len(lengths))


@pytest.fixture
def models():
    """Return the fast and the plain network with equal weights and biases away from zero.

    Half of the maps answer below zero to every word, so that for them windows of zeros decide.
    """
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    vectors = rng.uniform(0.1, 0.5, (SYMBOLS, WIDTH)).astype("float32")
    vectors[0] = 0
    fast = sentence_cnn([Channel(vectors, True)], CLASSES, **SIZES)
    plain = padded_cnn(vectors.shape, CLASSES, length=LONGEST + 2 * FRONT, **SIZES)
    weights = [vectors, *(rng.normal(0, 0.5, weight.shape) for weight in fast.get_weights()[1:])]
    for kernel in weights[1:-2:2]:
        kernel[..., ::2] = -np.abs(kernel[..., ::2])
    weights[2:-2:2] = [np.abs(bias) for bias in weights[2:-2:2]]
    for model in (fast, plain):
        model.set_weights(weights)
    return fast, plain


LENGTHS = {
    "mixed": (0, 1, 5, 3, LONGEST - 1, LONGEST, 2, LONGEST),
    "all longest": (LONGEST,) * 3,
    "all empty": (0, 0),
    "one": (LONGEST - 1,),
}


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("room", [lambda size: size, coarse], ids=["exact size", "rounded up"])
def test_sentences_end_to_end_give_the_padded_networks_output(models, lengths, room):
    fast, plain = models
    x, _ = batch(lengths, np.random.default_rng(2))
    np.testing.assert_allclose(
        fast.predict_on_batch(pack(x, front=FRONT, room=room)), plain.predict_on_batch(x), rtol=2e-5, atol=2e-5
    )


@pytest.mark.parametrize("wrong", ["always room", "never room"])
def test_the_proof_would_notice_windows_of_zeros_counted_wrongly(models, wrong):
    fast, plain = models
    x, _ = batch(LENGTHS["mixed"], np.random.default_rng(2))
    packed = pack(x, front=FRONT)
    packed["has_room"][:] = wrong == "always room"
    assert np.abs(fast.predict_on_batch(packed) - plain.predict_on_batch(x)).max() > 1e-2


@pytest.mark.parametrize(
    ("room", "is_eager"), [(lambda size: size, False), (coarse, True)], ids=["exact size", "rounded up"]
)
def test_training_equals_dense_adadelta_on_padded_sentences(models, room, is_eager):
    """Words come and go: some rows are touched in every step, some after a pause, some never."""
    fast, plain = models
    fast.compile(Adadelta(1.0, rho=0.95, epsilon=1e-6), LOSS, run_eagerly=is_eager)
    plain.compile(keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-6), LOSS, run_eagerly=True)
    rng = np.random.default_rng(3)
    for first, last in WORD_RANGES:
        x, y = batch(LENGTHS["mixed"], rng, first, last)
        fast.train_on_batch(pack(x, front=FRONT, room=room), y)
        plain.train_on_batch(x, y)
    for mine, theirs, variable in zip(fast.get_weights(), plain.get_weights(), fast.weights, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=TOLERANCE, err_msg=variable.path)


def test_the_proof_would_notice_missing_decay(models):
    fast, plain = models
    optimizer = Adadelta(1.0, rho=0.95, epsilon=1e-6)
    fast.compile(optimizer, LOSS, run_eagerly=True)
    plain.compile(keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-6), LOSS, run_eagerly=True)
    optimizer.build(fast.trainable_variables)
    rng = np.random.default_rng(3)
    for first, last in WORD_RANGES:
        x, y = batch(LENGTHS["mixed"], rng, first, last)
        for variable in optimizer._last_steps:  # as if every row had been touched in the step before
            variable.assign(np.full(variable.shape, int(optimizer.iterations.numpy())))
        fast.train_on_batch(pack(x, front=FRONT), y)
        plain.train_on_batch(x, y)
    assert np.abs(fast.get_weights()[0] - plain.get_weights()[0]).max() > 10 * TOLERANCE


def test_packing_lays_gaps_between_sentences():
    x = np.array([[0, 0, 7, 5, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 5, 0, 0, 0]])
    packed = pack(x, front=2)
    flat = packed["words"][packed["tokens"]]
    assert flat.tolist() == [0, 0, 7, 5, 0, 0, 0, 0, 5, 0, 0]
    assert packed["owner"].tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert packed["has_room"].tolist() == [0, 1, 1]
    assert sorted(packed["words"]) == [0, 5, 7]


TEXT_LENGTHS = {
    "mixed": (500, 0, 1, 1014, 27, 28, 900, 54, 26),
    "all long": (1000, 1014, 990, 1014),
    "all empty": (0, 0, 0, 0, 0),
    "one": (60,),
    "every rest": tuple(range(20, 80)),
}


def ours_and_padded() -> tuple[keras.Model, keras.Model]:
    """Return our network and the one in stock layers over whole texts, with equal weights."""
    keras.utils.set_random_seed(0)
    ours = char_cnn(8, 3, **SMALLEST)
    padded = topics.padded_cnn(8, 3, 1014, maps=SMALLEST["maps"], units=SMALLEST["units"], dropout=0.0)
    padded.set_weights(ours.get_weights())
    return ours, padded


@pytest.mark.parametrize("lengths", TEXT_LENGTHS.values(), ids=TEXT_LENGTHS)
@pytest.mark.parametrize("room", [lambda size: size, coarse], ids=["exact size", "rounded up"])
def test_laying_texts_end_to_end_changes_no_output(lengths, room):
    ours, padded = ours_and_padded()
    x = texts_of(*lengths)
    expected = padded(one_hot(x, 8)).numpy()
    assert len(set(lengths)) == 1 or np.ptp(expected, axis=0).min() > 0.1  # a network whose units answer
    np.testing.assert_allclose(ours(laid(x, room=room)), expected, atol=1e-4)


def test_laying_texts_end_to_end_changes_no_training_step():
    x, y = texts_of(500, 0, 1, 1014, 27, 28, 54, 26), np.arange(8) % 3
    ours, padded = ours_and_padded()
    before = ours.get_weights()
    for model, inputs in ((ours, laid(x)), (padded, one_hot(x, 8))):
        model.compile(sgd(**DESCENT | {"rate": 0.1}, halved_every=2), LOSS, run_eagerly=True)
        for _ in range(3):
            model.train_on_batch(inputs, y)
    for start, mine, theirs in zip(before, ours.get_weights(), padded.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
        assert np.abs(mine - start).max() > 1e-3


def test_texts_lie_end_to_end_in_rows_as_long_as_the_longest():
    x = texts_of(30, 1, 700, 5, 60, 2, 0, 3)
    parts = laid(x)
    symbols, is_text, frames = parts["symbols"], parts["is_text"], parts["frames"]
    assert symbols.shape == is_text.shape == (1, 27 * (3 + 2 + 27 + 2 + 4 + 2 + 1 + 2))
    np.testing.assert_array_equal(is_text, symbols != 0)
    for text, own in zip(x, frames, strict=True):
        length = np.count_nonzero(text)
        assert (own[-(-length // 27) :] == symbols.size // 27 - 1).all()
        np.testing.assert_array_equal(symbols.ravel()[own[0] * 27 :][:length], text[:length])
    assert not symbols[:, -27:].any()
    assert laid(texts_of(*[100] * 50, *[30] * 20))["symbols"].shape == (62, 27 * 6)
