"""Zhang's data sets: their sizes, and how many rows may be missing; words and vectors of the training part."""

from contextlib import nullcontext

import numpy as np
import pytest

from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.datasets.topics import AG_10K, SETS, characters, words
from data_pipelines.download import check
from data_pipelines.text.character_ids import LENGTH

SIZES = {  # classes, texts of a class for training and for test
    "AG": (4, 30_000, 1_900),
    "Sogou": (5, 90_000, 12_000),
    "DBP": (14, 40_000, 5_000),
    "Yelp P": (2, 280_000, 19_000),
    "Yelp F": (5, 130_000, 10_000),
    "Yah. A": (10, 140_000, 6_000),
    "Amz. F": (5, 600_000, 130_000),
    "Amz. P": (2, 1_800_000, 200_000),
}


@pytest.mark.parametrize("topics", SETS, ids=lambda topics: topics.name)
def test_sets_are_those_of_table_3(topics, tmp_path, home):
    classes, train, test = SIZES[topics.name]
    assert topics[1:2] + topics[3:5] == (classes, classes * train, classes * test)
    dataset = characters(topics)
    assert dataset.examples == (topics.train, topics.test)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    assert fold.train.x.shape == (42, LENGTH) and isinstance(fold.train.x, np.memmap)
    assert len(np.unique(fold.train.y)) == topics.classes == fold.test.y.max() + 1


def test_words_are_numbered_by_a_vocabulary_with_vectors(tmp_path, home):
    settings = {"width": 6, "min_count": 2, "epochs": 1}
    dataset = words(SETS[0], most=30, vectors=settings)
    fold = dataset.load(dataset.lookalike(tmp_path), 0, 0)
    assert len(fold.vocabulary) == 30 and fold.vectors.shape == (30, 6)
    rows = fold.train.x[:]
    assert rows.max() == 30 and rows.dtype == "uint16"
    text = [fold.vocabulary[number - 1] for number in rows[0] if number]
    assert "signba" in text and "and" in text  # lower case, without quotes


def test_words_and_vectors_do_not_depend_on_the_test_part(tmp_path, home):
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
    assert known == ["a", 0, 0, "b", 0]  # the title comes first


@pytest.mark.parametrize(("missing", "is_enough"), [(0, True), (9, True), (10, False), (-1, False)])
def test_a_thousandth_of_a_part_may_be_missing(missing, is_enough, recwarn):
    train, test = (Split(None, np.zeros(size, "int32")) for size in (9982 - missing, 7600))
    with nullcontext() if is_enough else pytest.raises(DataError, match="AG, 9,982 rows has .* that we chose"):
        AG_10K.check(Fold(train, None, test))
    assert [str(warning.message) for warning in recwarn] == (
        ["AG, 9,982 rows has (9973, 7600) examples. Expected (9982, 7600) (rows that we chose)."]
        if missing == 9
        else []
    )


def test_ten_thousand_rows_of_news(mirror, home):
    paths = [mirror / file.name for file in AG_10K.files]
    for path, file in zip(paths, AG_10K.files, strict=True):
        check(path, file)
    AG_10K.check(AG_10K.load(paths, 0, 0))
