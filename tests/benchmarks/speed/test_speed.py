"""The benchmark measures real steps; its figures are never asserted, only their shape."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.cli.bench import TRAINED
from benchmarks.speed.processes import Cost
from benchmarks.speed.steps import compare
from benchmarks.speed.tasks import ngrams, rows, sound, text, vectors
from benchmarks.table import load_table
from data_pipelines import lookalike
from data_pipelines.text.classification import load_characters
from data_pipelines.text.vector_files import cut
from data_pipelines.text.word2vec import load_whole
from results.tables import cost_table

RIVALS = {"sentences": "plain Keras, padded", "images": "plain Keras", "topics": "plain Keras"}


@pytest.mark.parametrize(("name", "rival"), RIVALS.items())
def test_compare_times_ours_and_the_plain_version(name, rival, tmp_path):
    trained = TRAINED[name]
    table = load_table(trained.paper)
    recipe = replace(table.recipe(table.cells(trained.table, trained.row, trained.column)[0]), batch_size=4)
    fold = recipe.dataset.load(recipe.dataset.lookalike(tmp_path), 0, 0)
    speeds, shares = compare(recipe, fold, trained.rivals, batches=2, repeats=2)
    assert [speed.system for speed in speeds][:2] == ["retable", rival]
    assert speeds[0].ratio == 1
    assert all(speed.slowest <= speed.examples_per_second <= speed.fastest for speed in speeds)
    assert sum(share.share for share in shares) == pytest.approx(1)


def test_the_plain_language_model_sums_its_loss_over_the_steps():
    spelling = np.random.default_rng(0).integers(0, 5, (4, 7))
    step = text.keras_step(spelling, symbols=5, streams=2, steps=3)
    words = np.array([[[0, 1], [1, 2], [2, 3]], [[3, 0], [0, 1], [1, 2]]])
    losses = [float(step(words, words[..., 1])) for _ in range(3)]
    assert losses[0] == pytest.approx(3 * np.log(4), rel=0.2)
    assert losses[1] != losses[0]


def test_cutting_is_measured_against_loading_whole(tmp_path):
    ours, theirs = vectors.compare(tmp_path, words=3000, width=20, vocabulary=100, repeats=1)
    assert 0 < ours.fastest <= ours.seconds <= ours.slowest
    assert theirs.peak_megabytes > 10
    assert 10 < ours.peak_megabytes < 200  # not that of this process, which has TensorFlow
    path, words = tmp_path / "vectors.bin", ["word0", "word2999"]
    np.testing.assert_array_equal(cut(path, words), load_whole(path, words))


def test_extracting_is_measured_against_librosa_in_a_loop(tmp_path):
    costs, amounts = sound.compare(tmp_path, files=20, seconds=0.5, repeats=1)
    assert [amount.quantity for amount in amounts] == [10, 10, 1, 10]
    assert [cost.system.split(",")[0] for cost in costs] == ["retable"] * 3 + ["librosa in a loop"]
    assert all(cost.seconds > 0 and cost.peak_megabytes > 10 for cost in costs)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".wav"] * 20  # what was kept is gone again


def test_reading_is_measured_by_the_bytes_it_takes_in(tmp_path):
    (thesaurus,) = lookalike.thesaurus(tmp_path, ["a", "the", "of"])
    costs, amounts = rows.compare(tmp_path, thesaurus, rows=2000, repeats=1)
    assert len(costs) == len(amounts) == 9
    assert amounts[0].quantity == pytest.approx(10 * amounts[1].quantity, rel=0.1)
    assert all(0 < cost.anonymous_megabytes < cost.peak_megabytes for cost in costs)
    fold = load_characters([tmp_path / "20.csv"] * 2, 0, 0, classes=rows.CLASSES, fields=rows.FIELDS)
    np.testing.assert_array_equal(rows.plainly(tmp_path / "20.csv"), fold.train.x)


def test_counting_is_measured_against_equal_counts(tmp_path, home):
    path = rows.generate(tmp_path / "rows.csv", 30)
    found = ngrams._load(path, path).train.x
    theirs = ngrams.plainly(path)
    assert found.shape == theirs.shape
    assert sorted(found.toarray().sum(axis=0)) == sorted(theirs.toarray().sum(axis=0))


@pytest.mark.parametrize("row", ["ngrams TFIDF", "Bag-of-means"])
def test_a_counting_system_is_measured_with_its_training(row, tmp_path, home):
    train, test = (rows.generate(tmp_path / f"{count}.csv", count) for count in (200, 50))
    predicted = ngrams._run(row, train, test)
    assert len(predicted) == 50
    assert set(predicted) <= set(range(rows.CLASSES))


def test_larger_sizes_lie_on_a_straight_line():
    small = Cost("BoW, 100 rows", 2.0, 1.0, 3.0, 10, 5)
    large = Cost("BoW, 1,000 rows", 11.0, 10.0, 12.0, 100, 5)
    name, *figures = ngrams.extrapolated("BoW", [large, small], 1000, 3000)
    assert name == "BoW, 3,000 rows, estimated"
    assert figures[:4] == pytest.approx((31, 30, 32, 300))


def test_a_table_of_costs_compares_what_takes_in_as_much():
    costs = [Cost(name, seconds, 1, 9, 10, 5) for name, seconds in (("a", 8), ("a tenth", 2), ("b", 4), ("c", 5))]
    report = {"what": "", "device": "", "commit": "", "costs": [cost._asdict() for cost in costs]}
    amounts = {"amounts": [(80, "MB"), (8, "MB"), (80, "MB")]}  # the last one is estimated
    lines = [cost_table(found).splitlines()[4:] for found in (report | amounts, report)]
    times = [[line.split("|")[-2] for line in found] for found in lines]
    assert times == [["1.00", "1.00", "0.50", ""], ["1.00", "0.25", "0.50", "0.62"]]
