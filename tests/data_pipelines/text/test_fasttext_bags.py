"""fastText: what a word is, bags of words and hashed bigrams, and the recipes of its rows."""

import numpy as np
import pyarrow
import pytest

from benchmarks.papers import joulin2017
from benchmarks.papers.zhang2015 import OURS
from benchmarks.recipe import NotAttempted, Recipe, settings
from benchmarks.table import load_table
from data_pipelines.text import corpus
from data_pipelines.text.corpus import Corpus, numbered
from data_pipelines.text.csv_rows import Rows, stream
from data_pipelines.text.fasttext_bags import WORDS, in_file_order, load_bags


@pytest.fixture(params=[7, 1 << 21], ids=["many blocks", "one block"])
def fold(tmp_path, home, request, monkeypatch):
    """Return two training texts and two test texts, of words and bigrams in three buckets."""
    monkeypatch.setattr(corpus, "BLOCK", request.param)
    for name, rows in (("train", [(1, "a b a"), (2, "c")]), ("test", [(2, "c b d"), (1, "")])):
        text = "".join(f'"{y}","{words}"\n' for y, words in rows)
        (tmp_path / f"{name}.csv").write_text(text)
    paths = [tmp_path / "train.csv", tmp_path / "test.csv"]
    return load_bags(paths, 0, 0, classes=2, fields=1, longest=2, buckets=3)


def words_of(rows: Rows) -> list[list[str]]:
    return list(Corpus(np.concatenate(list(numbered([rows], WORDS))), {}))


def test_words_are_those_of_the_published_code():
    texts = pyarrow.array(['It\'s "GOOD",\v(or\fnot)?<BR />a;b:c', ""])
    assert words_of(Rows(np.zeros(2, "int32"), texts)) == [
        ["it", "'", "s", "good", ",", "(", "or", "not", ")", "?", "a", "b", "c", "</s>"],
        ["</s>"],
    ]


def test_a_line_is_read_as_the_published_code_reads_it(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text('"3","Wall St. Bears (Reuters)","Reuters - Short-sellers, Wall\\nStreet\'s ""band"""\n')
    (rows,) = stream(path, 4, 2, join=in_file_order)
    line = ", wall st . bears ( reuters ) , reuters - short-sellers , wall\\nstreet ' s band </s>"
    assert words_of(rows) == [line.split()]


def test_bags_have_fast_text_words_the_training_part_and_bigrams_of_all(fold):
    train, test = fold.train.x, fold.test.x
    assert (len(train), len(test)) == (2, 2)
    first, second = train[[0, 1]]
    assert np.count_nonzero(first) == 5 + 4  # , a b a </s>, and their bigrams
    assert np.count_nonzero(second) == 3 + 2
    assert first[1] == first[3] != first[2]  # a, twice
    assert (first[0], first[4]) == (second[0], second[2])  # the comma and the mark
    c, b = second[1], first[2]
    assert test[[0]][0, :4].tolist() == [first[0], c, b, first[4]]  # d is unknown
    assert np.count_nonzero(test[[0]]) == 4 + 4  # its bigrams are not
    assert np.count_nonzero(test[[1]]) == 2 + 1
    assert train.most <= 5 + 3
    assert max(train[:].max(), test[:].max()) == train.most  # no row that no text has


def test_bags_are_taken_in_an_order(fold):
    turned = fold.train.x.in_order(np.array([1, 0]))
    np.testing.assert_array_equal(turned[[0]][0, :3], fold.train.x[1:][0, :3])
    np.testing.assert_array_equal(turned[:], fold.train.x[[1, 0]])


def test_the_training_part_is_shuffled_with_its_labels(fold):
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
