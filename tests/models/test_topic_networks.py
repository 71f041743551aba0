"""The networks of Zhang et al. (2015): sizes, one-hot convolution, synonyms, the LSTM's mean."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from benchmarks.papers.zhang2015 import OURS, recipe
from benchmarks.papers.zhang2015.networks import CHANGED, DESCENT, LAID, SIZES, given_vectors, sgd, with_synonyms
from benchmarks.recipe import Recipe, fingerprint, settings
from benchmarks.speed import estimate
from benchmarks.speed.tasks.topics import looked_up_cnn
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.topics import AG_10K_ROWS, SETS, TRAIN_10K, characters, words
from data_pipelines.download import cached_path
from data_pipelines.folds import balanced_order
from data_pipelines.text.batching import cut
from models import zhang_convnet
from models.layer_sizes import without_weights
from models.zhang_convnet import char_cnn, word_cnn
from models.zhang_lstm import MeanOfText, mean_lstm
from tests.support.texts import SMALLEST, laid, texts_of

LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def test_frames_are_those_of_the_network():
    places = 1014
    for width, pool in zhang_convnet.CONVOLUTIONS:
        places = (places - width + 1) // pool
    assert LAID["frames"] == zhang_convnet.FRAMES == places
    assert LAID["stride"] == np.prod([pool for _, pool in zhang_convnet.CONVOLUTIONS])


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


def test_networks_that_are_counted_make_no_weights_later():
    with without_weights():
        model = char_cnn(70, 4)
    keras.layers.Lambda(lambda x: x)(keras.Input((3,)))  # Keras makes all weights that wait when it finds a shape
    assert [weight for weight in model.weights if weight._value is not None] == []


def test_weights_and_biases_are_drawn_alike_and_apart():
    model = char_cnn(70, 4)
    starts = [np.ravel(weight) for weight in model.get_weights()]
    assert all(np.std(start) == pytest.approx(0.05, rel=0.2) for start in starts if len(start) > 100)
    assert len({tuple(start[:4]) for start in starts}) == len(starts)


def test_the_first_convolution_is_a_sum_of_looked_up_rows():
    keras.utils.set_random_seed(0)
    x, y = laid(texts_of(40, 3, 123, 300)), np.arange(4) % 3
    columns, looked_up = (build(8, 3, **SMALLEST) for build in (char_cnn, looked_up_cnn))
    looked_up.set_weights(columns.get_weights())
    assert np.ptp(columns(x), axis=0).min() > 0.1  # a network whose units answer
    np.testing.assert_allclose(columns(x), looked_up(x), atol=1e-5)
    for model in (columns, looked_up):
        model.compile(sgd(**DESCENT, halved_every=2), LOSS)
        model.train_on_batch(x, y)
    for one, other in zip(columns.get_weights(), looked_up.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("tuned", [False, True])
def test_words_are_rows_of_a_table_that_is_trained_or_not(tuned):
    table = np.random.default_rng(0).normal(0, 1, (9, 5)).astype("float32")
    table[0] = 0
    model = word_cnn(table, tuned, 3, **SMALLEST)
    model.compile(sgd(**{**DESCENT, "rate": 1.0}, halved_every=1), LOSS)
    model.train_on_batch(laid(texts_of(30, 60, 3, 2, symbols=5)), np.arange(4) % 3)
    moved = np.any(np.asarray(model.get_layer("vectors").vectors) != table, axis=1)
    assert moved.tolist() == [False] + [tuned] * 8  # rows that no text has decay


def test_the_rate_is_halved_every_third_epoch():
    optimizer = sgd(**DESCENT, halved_every=3)
    variable = keras.Variable([1.0])
    rates = []
    for _ in range(7):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.convert_to_tensor([0.0])], [variable])
    assert rates == pytest.approx([0.01] * 3 + [0.005] * 3 + [0.0025])
    found = {cell.column: recipe(cell) for cell in load_table("zhang2015").cells("4", "Sm. Conv.")}
    steps = {name: made.order.keywords["batches"] * 3 for name, made in found.items() if isinstance(made, Recipe)}
    assert steps == {name: made.optimizer.keywords["halved_every"] for name, made in found.items()}
    assert (steps["AG"], steps["Yah. A"], steps["Amz. P"]) == (15_000, 30_000, 90_000)


def test_classes_are_drawn_alike_however_frequent():
    labels = np.array([0] * 90 + [2] * 9 + [1])
    rows = balanced_order(labels, 50, np.random.default_rng(0), batches=60)
    assert len(rows) == 3000
    assert np.bincount(labels[rows]) == pytest.approx([1000] * 3, rel=0.1)
    assert set(rows) == set(range(100))


def test_the_mean_counts_unknown_words_but_no_padding():
    outputs = np.arange(24, dtype="float32").reshape(2, 4, 3)
    found = MeanOfText()(outputs, np.array([[5, 0, 7, 0], [0, 0, 0, 0]]))
    np.testing.assert_allclose(found, [outputs[0, :3].mean(axis=0), [0, 0, 0]])


def test_a_batch_is_cut_behind_its_longest_text():
    assert cut(texts_of(30, 1, 700, 0)).shape == (4, 700)


def test_the_lstm_reads_no_padding():
    table = np.random.default_rng(0).normal(0, 1, (9, 5)).astype("float32")
    model, x = mean_lstm(table, 3, units=4), texts_of(5, 2, 9)
    np.testing.assert_allclose(model(cut(x)), model(x[:, :40].astype("int32")), atol=1e-6)
    assert model.count_params() - table.size == 4 * 4 * (5 + 4 + 1) + 3 * 5


def test_synonyms_are_drawn_anew_from_the_seed(tmp_path, home):
    dataset = characters(AG_10K_ROWS, synonyms=True)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    plain = characters(AG_10K_ROWS).load(dataset.lookalike(tmp_path)[:2], 0, 0)
    rows = np.arange(20)
    np.testing.assert_array_equal(fold.train.x[rows], plain.train.x[rows])  # as they are until drawn
    one, same, other = (with_synonyms(fold, np.random.default_rng(seed), **CHANGED).train for seed in (1, 1, 2))
    first = one.x[rows]
    np.testing.assert_array_equal(same.x[rows], first)
    assert (first != plain.train.x[rows]).any() and (other.x[rows] != first).any() and (one.x[rows] != first).any()
    np.testing.assert_array_equal(fold.test.x, plain.test.x)


def test_word_vectors_are_those_of_the_training_part(tmp_path, home):
    settings = {"width": 6, "min_count": 2, "epochs": 1}
    dataset = words(SETS[0], most=30, vectors=settings)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    assert len(fold.vocabulary) == 30 and fold.vectors.shape == (30, 6)
    rows = fold.train.x[:]
    assert rows.max() == 30 and rows.dtype == "uint16"
    text = [fold.vocabulary[number - 1] for number in rows[0] if number]
    assert "signba" in text and "and" in text  # lower case, without quotes


def test_words_and_vectors_come_from_the_training_part_alone(tmp_path, home):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text('"1","a b","c a"\n"2","b c","a"\n' * 4)
    settings = {"width": 3, "min_count": 1, "epochs": 1}
    folds = []
    for unseen in ("a new word", "c"):
        test.write_text(f'"1","{unseen}","b"\n')
        dataset = words(SETS[0], most=30, vectors=settings)
        folds.append(dataset.load([train, test], 0, 0))
    assert set(folds[0].vocabulary) == {"a", "b", "c"}
    np.testing.assert_array_equal(folds[0].vectors, folds[1].vectors)
    known = [0 if number == 0 else folds[0].vocabulary[number - 1] for number in folds[0].test.x[:1][0, :5]]
    assert known == ["a", 0, 0, "b", 0]  # its title first


AG_CELLS = load_table("zhang2015").cells("4", None, "AG")
NETWORKS = [cell for cell in AG_CELLS if isinstance(recipe(cell), Recipe)]


def test_seventeen_systems_of_twenty_two_are_networks():
    assert (len(NETWORKS), len(AG_CELLS)) == (17, 22)


@pytest.mark.parametrize("cell", NETWORKS, ids=lambda cell: cell.row)
def test_recipes_are_those_of_their_names(cell):
    made = recipe(cell)
    stated = settings(made)
    over_words = "Conv." not in cell.row or "w2v" in cell.row or "Lk." in cell.row
    assert (made.epochs, made.batch_size, stated["order.batches"]) == (30, 128, "5000")
    assert stated["optimizer.halved_every"] == "15000"  # minibatches: three epochs
    assert stated.get("optimizer.clip") == ("5.0" if cell.row == "LSTM" else None)
    has_synonyms = cell.row.endswith("Th.")
    assert ("prepare.call" in stated) == (stated.get("dataset.load.synonyms") == "True") == has_synonyms
    assert stated["dataset.load.call"] == ("load_words" if over_words else "load_characters")
    assert ("dataset.load.vectors.width" in stated) == (over_words and "Lk." not in cell.row)
    assert (stated.get("dataset.load.full") == "True") == ("Full" in cell.row)
    if cell.row == "LSTM":
        assert stated["build.units"] == "512"
        return
    sizes = [stated[f"build.{name}"] for name in ("maps", "units", "deviation", "dropout")]
    assert sizes == (["1024", "2048", "0.02", "0.5"] if "Lg." in cell.row else ["256", "1024", "0.05", "0.5"])
    assert stated.get("build.tuned") == (str("Lk." in cell.row) if over_words else None)


@pytest.mark.parametrize(
    ("row", "batches", "epochs", "halved_every"),
    [
        ("Sm. Full Conv. Th.", "78", "60", "1560"),
        ("Sm. Lk. Conv.", "78", "30", "780"),
        ("LSTM", "78", "30", "780"),
        ("Lg. w2v Conv.", "78", "30", "780"),
        ("Lg. Conv. Th.", "78", "60", "1560"),
    ],
)
def test_our_table_has_a_schedule_of_its_own(row, batches, epochs, halved_every):
    stated = settings(recipe(load_table("zhang2015").cells(OURS, row)[0]))
    found = [stated[name] for name in ("order.batches", "epochs", "optimizer.halved_every")]
    assert found == [batches, epochs, halved_every]


def test_the_network_is_that_of_plain_arithmetic():
    keras.utils.set_random_seed(0)
    model, x = char_cnn(8, 3, **SMALLEST), texts_of(1014, 700)
    weights = iter(model.get_weights())
    values = np.eye(9, dtype="float32")[x][..., 1:]
    for width, pool in zhang_convnet.CONVOLUTIONS:
        kernel, bias = next(weights), next(weights)
        windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=1)  # texts, places, channels, width
        values = over_threshold(np.einsum("tpcw,wcm->tpm", windows, kernel) + bias)
        places = values.shape[1] // pool
        values = values[:, : places * pool].reshape(len(x), places, pool, -1).max(axis=2)
    values = values.reshape(len(x), -1)
    for _ in range(2):
        values = over_threshold(values @ next(weights) + next(weights))
    np.testing.assert_allclose(model(laid(x)), values @ next(weights) + next(weights), rtol=1e-3, atol=1e-3)


def over_threshold(values: np.ndarray) -> np.ndarray:
    return np.where(values > 1e-6, values, 0)


def test_dropout_is_behind_both_dense_layers():
    with without_weights():
        model = char_cnn(70, 4)
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.5, 0.5]


def test_words_without_a_vector_are_zero():
    vectors = np.array([[1, 2], [np.nan, np.nan]], "float32")
    fold = Fold(Split([], np.zeros(0)), None, Split([], np.zeros(0)), ("a", "b"), vectors)
    assert given_vectors(fold).tolist() == [[0, 0], [1, 2], [0, 0]]
    with pytest.raises(ValueError, match="no vectors"):
        given_vectors(fold._replace(vectors=None))


def test_operations_are_those_of_the_products():
    model, x = char_cnn(70, 4, maps=8, units=16), laid(texts_of(5, 9, 3, 7))
    columns, products, places = 70, 0, x["symbols"].size
    for width, pool in zhang_convnet.CONVOLUTIONS:
        products += width * columns * 8 * places
        columns, places = 8, places // pool
    products += 4 * (34 * 8 * 16 + 16 * 16 + 16 * 4)
    assert estimate.operations(model, x) == pytest.approx(2 * products, rel=0.05)
    lstm = mean_lstm(np.zeros((9, 5), "float32"), 3, units=40)
    counted = estimate.operations(lstm, np.ones((2, 6), "int32"))
    assert counted == pytest.approx(2 * 6 * 2 * 4 * 40 * (5 + 40), rel=0.1)


@pytest.mark.parametrize("is_here", [False, True])
def test_every_network_of_the_column_is_estimated_over_rows_at_hand(is_here, home):
    path = cached_path(TRAIN_10K)
    path.parent.mkdir(parents=True)
    if is_here:
        path.touch()
    rows, full, used = zip(*estimate.networks(), strict=True)
    assert len(set(rows)) == 17 and "LSTM" in rows and "Lg. Full Conv. Th." in rows
    assert {made.dataset.name for made in full} == {"AG"}
    assert {made.dataset.name for made in used} == {AG_10K_ROWS.name if is_here else "AG"}


def test_what_the_paper_states_is_in_the_fingerprint():
    made = recipe(load_table("zhang2015").cells("4", "Sm. Conv.", "AG")[0])
    for key, value in {"rate": 0.02, "momentum": 0.8, "decay": 0.0}.items():
        other = replace(made, optimizer=partial(made.optimizer, **{key: value}))
        assert fingerprint(other) != fingerprint(made)
    stated = settings(made)
    assert (stated["optimizer.rate"], stated["optimizer.momentum"], stated["build.dropout"]) == (
        "0.01",
        "0.9",
        "0.5",
    )
