"""Zhang's data sets as words: vocabulary and vectors come from the training part."""

import numpy as np

from data_pipelines.datasets.topics import SETS, words


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
