"""The language models of Kim et al. (2016): sizes, layers against plain versions, savings, reading, schedules."""

import keras
import numpy as np
import pytest
from keras import layers

from benchmarks.papers.kim2016 import LARGE, SMALL, divided, halved
from data_pipelines.dataset import DataError, Split
from data_pipelines.text.batching import distinct, in_windows, side_by_side
from models import language_model as nets
from models.language_model_layers import CharacterMaxima, NextWord
from models.language_model_scoring import log_probabilities, spelled_vectors, word_vectors
from models.losses import surprise
from models.recurrent import LSTM, Stateful

WORDS, LETTERS, LONGEST, STREAMS, STEPS = 11, 6, 7, 3, 4


def small_net(embed=None, dropout=0.0, head=None, units=5):
    keras.utils.set_random_seed(0)
    head = head or NextWord(WORDS, 0.5)
    return nets.language_model(
        embed or spelled(), [nets.lstm(units, 0.5)] * 2, head, streams=STREAMS, steps=STEPS, dropout=dropout
    )


def spelled(between=("highway",)):
    makers = {"highway": nets.highway(0.5), "hidden": nets.hidden(6, 0.5)}
    spelling = np.random.default_rng(0).integers(0, LETTERS, (WORDS, LONGEST))
    return nets.character_embedding(
        spelling, maps=(1, 2, 3), between=[makers[name] for name in between], symbols=LETTERS, width=4, scale=0.5
    )


def some_text(streams=STREAMS, tokens=STEPS, seed=1):
    return np.random.default_rng(seed).integers(0, WORDS, (streams, tokens, 2)).astype("int32")


def full_size(embed, units):
    model = nets.language_model(embed, [nets.lstm(units)] * 2, NextWord(10000, 0.05), streams=20, steps=35)
    return nets.parameters(model) + nets.second_biases(model)


@pytest.mark.parametrize(("size", "highways", "parameters"), [(SMALL, 1, 5312515), (LARGE, 2, 19373165)])
def test_character_networks_have_the_size_of_the_authors(size, highways, parameters):
    between = [nets.highway()] * highways
    embed = nets.character_embedding(np.zeros((10000, 21)), maps=size["maps"], between=between, symbols=51)
    assert full_size(embed, size["units"]) == parameters


@pytest.mark.parametrize(("units", "parameters"), [(200, 4653200), (650, 19780400)])
def test_word_networks_have_the_size_of_the_authors(units, parameters):
    assert full_size(nets.word_embedding(10000, units), units) == parameters


def test_dropout_follows_both_lstm_layers_and_nothing_else():
    order = [type(layer).__name__ for layer in small_net(dropout=0.5).layers]
    after = [name for name in order[order.index("Gather") :] if name != "InputLayer"]
    assert after == ["Gather", "Stateful", "Dropout", "Stateful", "Dropout", "NextWord"]
    assert "Dropout" not in order[: order.index("Gather")]


def two_layers(kind, run_eagerly):
    keras.utils.set_random_seed(0)
    x = keras.Input(batch_shape=(3, 7, 5))
    y = kind(layers.Dense(5)(x))
    model = keras.Model(x, kind(y))
    model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=run_eagerly)
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_lstm_trains_as_that_of_keras_with_its_state_carried_on(run_eagerly):
    rng = np.random.default_rng(0)
    ours = two_layers(lambda x: Stateful(LSTM(4, return_sequences=True, return_state=True))(x), run_eagerly)
    theirs = two_layers(lambda x: layers.LSTM(4, return_sequences=True, stateful=True)(x), run_eagerly)
    for mine, other in zip(ours.trainable_weights, theirs.trainable_weights, strict=True):
        mine.assign(other)
    for _ in range(4):
        x, y = rng.normal(size=(3, 7, 5)), rng.normal(size=(3, 7, 4))
        assert ours.train_on_batch(x, y) == pytest.approx(theirs.train_on_batch(x, y), rel=1e-6)
    for mine, other in zip(ours.trainable_weights, theirs.trainable_weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)
    assert max(np.abs(memory).max() for memory in ours.layers[-1].memory) > 0


def test_character_maxima_equal_a_loop():
    layer = CharacterMaxima(LETTERS, 4, (1, 2, 3), 0.5)
    letters = np.array([[1, 3, 4, 5, 2, 0, 0], [1, 2, 0, 0, 0, 0, 0]])
    found = np.array(layer(letters))
    table = np.array(layer.vectors) * (np.arange(LETTERS) > 0)[:, None]
    expected = []
    for word in table[letters]:
        answers = []
        for width, kernel in enumerate(layer.kernels, start=1):
            windows = [np.ravel(word[first : first + width]) for first in range(LONGEST - width + 1)]
            answers.append(np.array(windows) @ np.array(kernel))
        biases = np.split(np.array(layer.bias), [1, 3])
        expected.append(
            np.concatenate(
                [np.tanh(answer + bias).max(axis=0) for answer, bias in zip(answers, biases, strict=True)]
            )
        )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_words_shorter_than_the_widest_filter_are_padded():
    layer = CharacterMaxima(9, 4, (2, 2, 2, 2), 0.5)
    padded = np.array(layer(np.array([[3, 4, 0, 0]])))
    np.testing.assert_array_equal(np.array(layer(np.array([[3, 4]]))), padded)
    assert np.abs(padded).max() < 1


def test_layers_of_characters_do_not_begin_alike():
    keras.utils.set_random_seed(0)
    layers = [nets.highway(0.5)(name="h"), CharacterMaxima(9, 4, (8, 8), 0.5)]
    layers[0].build((None, 6))
    layers[1].build((None, 7))
    for layer in layers:
        starts = [np.ravel(weight)[:6] for weight in layer.weights]
        assert len({tuple(start.tolist()) for start in starts}) == len(starts)


def test_highway_adds_minus_two_to_the_bias_of_its_gate():
    layer = nets.highway(0.5)(name="h")
    x = np.random.default_rng(0).normal(size=(2, 5)).astype("float32")
    found = np.array(layer(x))
    gate = 1 / (1 + np.exp(-(x @ np.array(layer.gate.kernel) + np.array(layer.gate.bias) - 2)))
    change = np.maximum(x @ np.array(layer.change.kernel) + np.array(layer.change.bias), 0)
    np.testing.assert_allclose(found, gate * change + (1 - gate) * x, atol=1e-6)


def over_features(head):
    """Return a head over features, (streams, steps, 5), with a dense layer before it."""
    keras.utils.set_random_seed(0)
    features = keras.Input((STEPS, 5))
    following = keras.Input((STEPS,), dtype="int32")
    model = keras.Model([features, following], head(layers.Dense(5)(features), following))
    model.compile(keras.optimizers.SGD(1.0), surprise)
    return model, np.random.default_rng(0).normal(size=(STREAMS, STEPS, 5)).astype("float32")


def test_probabilities_of_all_next_words_add_up_to_one():
    model, features = over_features(NextWord(WORDS, 0.5))
    nexts = [np.full((STREAMS, STEPS), word, "int32") for word in range(WORDS)]
    total = sum(np.exp(model.predict_on_batch([features, following])) for following in nexts)
    np.testing.assert_allclose(total, 1, atol=1e-5)


def test_the_gradient_of_a_head_is_that_of_its_loss():
    model, features = over_features(NextWord(WORDS, 0.5))
    batch = [features, some_text()[..., 1]]
    start = model.get_weights()
    model.train_on_batch(batch, batch[1])
    moved = [before - after for before, after in zip(start, model.get_weights(), strict=True)]
    for number, gradient in enumerate(moved):
        place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        losses = []
        for step in (0.01, -0.01):
            changed = [array.copy() for array in start]
            changed[number][place] += step
            model.set_weights(changed)
            losses.append(-model.predict_on_batch(batch).sum() / STREAMS)
        assert gradient[place] == pytest.approx((losses[0] - losses[1]) / 0.02, rel=1e-2)


def test_embedding_each_word_once_changes_nothing():
    text = some_text() % 5  # so that words come twice
    models = small_net(), small_net()
    every = {
        "distinct": text[..., 0].ravel(),
        "positions": np.arange(STREAMS * STEPS, dtype="int32").reshape(STREAMS, STEPS),
        "following": text[..., 1],
    }
    assert len(distinct(text)["distinct"]) < STREAMS * STEPS
    for model, batch in zip(models, (distinct(text), every), strict=True):
        model.compile(keras.optimizers.SGD(1.0, global_clipnorm=0.5), surprise, run_eagerly=True)
        model.train_on_batch(batch, text[..., 1])
    for once, often in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(once, often, atol=1e-6)


def forget(model):
    for layer in model.layers:
        if isinstance(layer, Stateful):
            layer.reset_state()


def test_room_for_more_words_changes_nothing():
    text, model = some_text(), small_net()
    exact = model.predict_on_batch(distinct(text))
    forget(model)
    np.testing.assert_allclose(
        model.predict_on_batch(distinct(text, room=lambda size: size + 5)), exact, atol=1e-6
    )


def test_reading_equals_the_network_and_leaves_its_state_alone(monkeypatch):
    monkeypatch.setattr("models.language_model_scoring.MOST_STEPS", 3)
    model, text = small_net(dropout=0.5), some_text(tokens=2 * STEPS)
    read = log_probabilities(model, text)
    first = model.predict_on_batch(distinct(text[:, :STEPS]))
    between = [np.array(state) for layer in model.layers for state in states(layer)]
    np.testing.assert_allclose(log_probabilities(model, text), read, atol=1e-6)
    after = [np.array(state) for layer in model.layers for state in states(layer)]
    assert between
    assert all((one == other).all() for one, other in zip(between, after, strict=True))
    second = model.predict_on_batch(distinct(text[:, STEPS:]))
    np.testing.assert_allclose(read, np.concatenate([first, second], axis=1), atol=1e-6)


def states(layer):
    return getattr(layer, "memory", ())


def test_one_stream_is_read_as_many_are():
    model, text = small_net(), some_text(tokens=9)
    together = log_probabilities(model, text)
    for number in range(STREAMS):
        alone = log_probabilities(model, text[number : number + 1])
        np.testing.assert_allclose(alone[0], together[number], atol=1e-6)


def test_unknown_words_are_embedded_by_their_letters():
    model = small_net(embed=spelled(between=("highway", "hidden")))
    letters = model.get_layer("spelling").table
    for layer in ("characters", "vectors"):
        known = word_vectors(model, np.arange(WORDS), layer)
        np.testing.assert_allclose(spelled_vectors(model, letters, layer), known, atol=1e-6)


def test_streams_follow_each_other_and_lose_only_the_end():
    text = Split(np.arange(929589), np.roll(np.arange(929589), -1))
    streams = side_by_side(text, 20, 35)
    assert streams.x.shape == (20, 1327 * 35, 2)
    assert streams.x[1, 0, 0] == streams.x[0, -1, 0] + 1
    windows = in_windows(streams, 35)
    assert windows.x.shape == (1327 * 20, 35, 2)
    np.testing.assert_array_equal(windows.x[20:40, 0, 0], windows.x[:20, -1, 0] + 1)
    np.testing.assert_array_equal(windows.x[..., 1], windows.y)
    np.testing.assert_array_equal(windows.y[:, :-1], windows.x[:, 1:, 0])


def test_a_text_too_short_for_its_streams_is_told():
    with pytest.raises(DataError, match="has 699 tokens. Expected 700 or more for 20 streams"):
        side_by_side(Split(np.arange(699), np.arange(699)), 20, 35)


def test_the_rate_is_halved_when_little_is_won_from_the_third_epoch_on():
    assert halved([100.0], 1.0) == 1.0
    assert halved([100.0, 99.5], 1.0) == 1.0
    assert halved([100.0, 99.5, 98.6], 1.0) == 0.5
    assert halved([100.0, 99.5, 98.4], 1.0) == 1.0
    assert divided([0.0] * 5, 1.0, after=6, by=1.2) == 1.0
    assert divided([0.0] * 6, 1.0, after=6, by=1.2) == pytest.approx(1 / 1.2)
