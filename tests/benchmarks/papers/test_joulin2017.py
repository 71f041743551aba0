"""Joulin et al. (2017): settings of the published code, the falling rate, and the order of texts."""

import numpy as np
import pytest

from benchmarks.papers import joulin2017
from benchmarks.papers.zhang2015 import OURS
from benchmarks.recipe import NotAttempted, Recipe, settings
from benchmarks.table import load_table
from data_pipelines.text.fasttext_bags import load_bags


def test_the_training_part_is_shuffled_with_its_labels(tmp_path, home):
    (tmp_path / "rows.csv").write_text('"1","a b a"\n"2","c"\n')
    fold = load_bags([tmp_path / "rows.csv"] * 2, 0, 0, classes=2, fields=1, longest=2, buckets=3)
    shuffled = joulin2017.shuffled(fold, np.random.default_rng(3))
    assert shuffled.train.y.tolist() == [1, 0]
    sizes = {5: 1, 9: 0}  # how many numbers the text of each class has
    assert [sizes[np.count_nonzero(row)] for row in shuffled.train.x[:]] == shuffled.train.y.tolist()


def test_the_rate_falls_to_zero_in_a_straight_line():
    table = load_table("joulin2017")
    recipe = table.recipe(table.cells("1", "fastText, h = 10, bigram", "AG")[0])
    assert isinstance(recipe, Recipe)
    rate = recipe.optimizer()._learning_rate
    steps = 5 * 120_000 // 4
    assert [float(rate(step)) for step in (0, steps // 2, steps)] == pytest.approx([0.25, 0.125, 0.0])


@pytest.mark.parametrize(
    ("paper", "name", "row", "longest"),
    [
        ("joulin2017", "1", "fastText, h = 10", "1"),
        ("joulin2017", "1", "fastText, h = 10, bigram", "2"),
        ("zhang2015", OURS, "fastText", "1"),
        ("zhang2015", OURS, "fastText, bigrams", "2"),
    ],
)
def test_rows_have_the_n_grams_of_their_names(paper, name, row, longest):
    table = load_table(paper)
    for cell in table.cells(name, row):
        assert settings(table.recipe(cell))["dataset.load.longest"] == longest


def test_settings_are_those_of_the_published_code():
    table = load_table("joulin2017")
    assert all(isinstance(joulin2017.recipe(cell), NotAttempted) for cell in table.cells("2"))
    cells = table.cells("1", "fastText, h = 10, bigram")
    recipes = {cell.column: joulin2017.recipe(cell) for cell in cells}
    rates = {
        name: found.optimizer.keywords["rate"] for name, found in recipes.items() if isinstance(found, Recipe)
    }
    assert list(rates.values()) == [0.25, 0.5, 0.5, 0.1, 0.1, 0.1, 0.05, 0.05]
    assert all(found.dataset.load.keywords["buckets"] == 10_000_000 for found in recipes.values())
    stated = [settings(found) for found in recipes.values()]
    assert {(one["build.width"], one["batch_size"], one["epochs"]) for one in stated} == {("10", "4", "5")}
    quoted = load_table("joulin2017").cells("1", "VDCNN", "AG")[0]
    assert isinstance(joulin2017.recipe(quoted), NotAttempted) and quoted.value == 91.3
