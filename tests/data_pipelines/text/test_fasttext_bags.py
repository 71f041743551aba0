"""Bags of words and hashed n-grams: what a word is, which numbers texts have, and their order."""

import numpy as np
import pytest

from data_pipelines.text import ragged
from data_pipelines.text.csv_rows import stream
from data_pipelines.text.fasttext_bags import FASTTEXT_WORDS, in_file_order, load_bags
from tests.support.corpora import corpus_of


@pytest.fixture(params=[7, 1 << 21], ids=["many blocks", "one block"])
def fold(tmp_path, home, request, monkeypatch):
    """Return two training texts and two test texts, of words and bigrams in three buckets."""
    monkeypatch.setattr(ragged, "BLOCK", request.param)
    for name, rows in (("train", [(1, "a b a"), (2, "c")]), ("test", [(2, "c b d"), (1, "")])):
        text = "".join(f'"{y}","{words}"\n' for y, words in rows)
        (tmp_path / f"{name}.csv").write_text(text)
    paths = [tmp_path / "train.csv", tmp_path / "test.csv"]
    return load_bags(paths, 0, 0, classes=2, fields=1, longest=2, buckets=3)


def words_of(texts) -> list[list[str]]:
    return list(corpus_of(texts, rule=FASTTEXT_WORDS))


def test_words_are_those_of_the_published_code():
    assert words_of(['It\'s "GOOD",\v(or\fnot)?<BR />a;b:c', ""]) == [
        ["it", "'", "s", "good", ",", "(", "or", "not", ")", "?", "a", "b", "c", "</s>"],
        ["</s>"],
    ]


def test_a_line_is_read_as_the_published_code_reads_it(tmp_path):
    path = tmp_path / "line.csv"
    path.write_text('"3","Wall St. Bears (Reuters)","Reuters - Short-sellers, Wall\\nStreet\'s ""band"""\n')
    (rows,) = stream(path, 4, 2, join=in_file_order)
    line = ", wall st . bears ( reuters ) , reuters - short-sellers , wall\\nstreet ' s band </s>"
    assert words_of(rows.texts) == [line.split()]


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
