"""Recipes and claims of Zhang et al. (2015): what each row trains, how long, on which data."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from benchmarks.claims import judge_claims
from benchmarks.papers.zhang2015 import MINIBATCHES, OURS, recipe
from benchmarks.papers.zhang2015.networks import CHANGED, DESCENT, given_vectors, sgd, with_synonyms
from benchmarks.recipe import Measurement, Recipe, fingerprint, settings
from benchmarks.table import load_table
from data_pipelines.dataset import Fold, Split
from data_pipelines.datasets.topics import AG_10K_ROWS, characters
from data_pipelines.text.csv_rows import first_last

TABLE = load_table("zhang2015")
AG_CELLS = TABLE.cells("4", None, "AG")
NETWORKS = [cell for cell in AG_CELLS if isinstance(recipe(cell), Recipe)]


def test_seventeen_of_twenty_two_systems_are_networks():
    assert (len(NETWORKS), len(AG_CELLS)) == (17, 22)


def test_large_sets_have_more_minibatches_in_an_epoch():
    more = {"Yah. A": 10_000, "Amz. F": 30_000, "Amz. P": 30_000}
    assert {name: MINIBATCHES[name] for name in more} == more
    assert {count for name, count in MINIBATCHES.items() if name not in more} == {5_000}


@pytest.mark.parametrize("cell", NETWORKS, ids=lambda cell: cell.row)
def test_a_row_trains_the_network_of_its_name(cell):
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
def test_our_table_has_its_own_schedule(row, batches, epochs, halved_every):
    stated = settings(recipe(TABLE.cells(OURS, row)[0]))
    found = [stated[name] for name in ("order.batches", "epochs", "optimizer.halved_every")]
    assert found == [batches, epochs, halved_every]


def test_the_rate_is_halved_every_third_epoch():
    optimizer = sgd(**DESCENT, halved_every=3)
    variable = keras.Variable([1.0])
    rates = []
    for _ in range(7):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([keras.ops.convert_to_tensor([0.0])], [variable])
    assert rates == pytest.approx([0.01] * 3 + [0.005] * 3 + [0.0025])
    found = {cell.column: recipe(cell) for cell in TABLE.cells("4", "Sm. Conv.")}
    steps = {name: made.order.keywords["batches"] * 3 for name, made in found.items() if isinstance(made, Recipe)}
    assert steps == {name: made.optimizer.keywords["halved_every"] for name, made in found.items()}
    assert (steps["AG"], steps["Yah. A"], steps["Amz. P"]) == (15_000, 30_000, 90_000)


def test_the_fingerprint_covers_the_papers_settings():
    made = recipe(TABLE.cells("4", "Sm. Conv.", "AG")[0])
    for key, value in {"rate": 0.02, "momentum": 0.8, "decay": 0.0}.items():
        other = replace(made, optimizer=partial(made.optimizer, **{key: value}))
        assert fingerprint(other) != fingerprint(made)
    stated = settings(made)
    found = [stated[name] for name in ("optimizer.rate", "optimizer.momentum", "build.dropout")]
    assert found == ["0.01", "0.9", "0.5"]


def test_synonyms_are_drawn_again_each_time_by_the_seed(tmp_path, home):
    dataset = characters(AG_10K_ROWS, synonyms=True)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    plain = characters(AG_10K_ROWS).load(dataset.lookalike(tmp_path)[:2], 0, 0)
    rows = np.arange(20)
    np.testing.assert_array_equal(fold.train.x[rows], plain.train.x[rows])  # unchanged before the first draw
    one, same, other = (with_synonyms(fold, np.random.default_rng(seed), **CHANGED).train for seed in (1, 1, 2))
    first = one.x[rows]
    np.testing.assert_array_equal(same.x[rows], first)
    assert (first != plain.train.x[rows]).any() and (other.x[rows] != first).any() and (one.x[rows] != first).any()
    np.testing.assert_array_equal(fold.test.x, plain.test.x)


def test_words_without_a_vector_are_zero():
    vectors = np.array([[1, 2], [np.nan, np.nan]], "float32")
    fold = Fold(Split([], np.zeros(0)), None, Split([], np.zeros(0)), ("a", "b"), vectors)
    assert given_vectors(fold).tolist() == [[0, 0], [1, 2], [0, 0]]
    with pytest.raises(ValueError, match="no vectors"):
        given_vectors(fold._replace(vectors=None))


@pytest.mark.parametrize(
    ("row", "most", "longest"),
    [("BoW", 50_000, 1), ("BoW TFIDF", 50_000, 1), ("ngrams", 500_000, 5), ("ngrams TFIDF", 500_000, 5)],
)
def test_counting_systems_are_those_of_the_paper(row, most, longest):
    made = recipe(TABLE.cells("4", row, "Amz. P")[0])
    assert isinstance(made, Measurement)
    expected = {"classes": 2, "fields": 2, "join": first_last, "most": most, "longest": longest}
    assert made.dataset.load.keywords == expected
    assert made.measure.keywords["tfidf"] == ("TFIDF" in row)


def test_the_claims_are_about_the_best_and_worst_of_each_column_that_the_lecture_marks():
    best = {claim.columns[0]: claim.better for claim in TABLE.claims if "best" in claim.text}
    worst = {claim.columns[0]: claim.worse for claim in TABLE.claims if "worst" in claim.text}
    assert best == {
        **dict.fromkeys(("AG", "Sogou", "DBP"), "ngrams TFIDF"),
        "Yelp P": "ngrams",
        "Yelp F": "Sm. Full Conv. Th.",
        "Yah. A": "Lg. Conv. Th.",
        "Amz. F": "Sm. Conv. Th.",
        "Amz. P": "Lg. Conv. Th.",
    }
    assert worst == dict.fromkeys(best, "Bag-of-means")
    for claim in TABLE.claims:  # against the next row by the published values
        cells = TABLE.cells("4", None, claim.columns[0])
        ranked = sorted((cell.value, cell.row) for cell in cells if cell.value is not None)
        ends = ranked[:2] if "best" in claim.text else ranked[-2:]
        values = {row: value for value, row in ranked}
        assert [values[claim.better], values[claim.worse]] == [value for value, _ in ends]


def test_a_claim_about_one_column_is_judged_there_alone():
    judged = judge_claims(TABLE, [])
    assert len(judged) == 16
    published = {verdict.claim: verdict.published for verdict in judged if verdict.column == "AG"}
    by_rows = {(claim.better, claim.worse): value for claim, value in published.items()}
    assert by_rows["ngrams TFIDF", "ngrams"] == pytest.approx(7.64 - 7.96)
    assert by_rows["Sm. Conv.", "Bag-of-means"] == pytest.approx(15.65 - 16.91)
