"""Folds, and the batches of Kim (2014)."""

import numpy as np
import pytest

from data_pipelines.dataset import Fold, Split
from data_pipelines.folds import (
    balanced_order,
    batch_order,
    batched,
    random_folds,
    stratified_folds,
    stratified_parts,
)


def fold_of(examples: int, valid: int | None = None) -> Fold:
    def split(count: int) -> Split:
        return Split(np.arange(count) * 10, np.arange(count))

    return Fold(split(examples), None if valid is None else split(valid), split(3))


@pytest.mark.parametrize(("examples", "train", "valid"), [(5452, 4950, 550), (500, 450, 50), (9600, 8650, 950)])
def test_the_held_out_part_follows_kims_rounding(examples, train, valid):
    fold = batched(fold_of(examples), 50, 0.1, np.random.default_rng(0))
    assert (len(fold.train.y), len(fold.valid.y)) == (train, valid)


def test_the_last_batch_is_completed_with_distinct_training_rows():
    fold = batched(fold_of(5452), 50, 0.1, np.random.default_rng(0))
    counts = np.bincount(np.concatenate([fold.train.y, fold.valid.y]))
    assert (len(counts), counts.min(), counts.max(), (counts == 2).sum()) == (5452, 1, 2, 48)
    np.testing.assert_array_equal(fold.train.x, fold.train.y * 10)


def test_too_few_batches_to_hold_one_out():
    with pytest.raises(ValueError, match="3 batches are too few"):
        batched(fold_of(120), 50, 0.1, np.random.default_rng(0))


def test_a_given_validation_part_is_kept():
    fold = batched(fold_of(120, valid=7), 50, 0.1, np.random.default_rng(0))
    assert (len(fold.train.y), len(fold.valid.y)) == (150, 7)


def test_an_epoch_permutes_whole_batches():
    order = batch_order(np.zeros(500), 50, np.random.default_rng(1))
    batches = order.reshape(10, 50)
    np.testing.assert_array_equal(batches - batches[:, :1], np.tile(np.arange(50), (10, 1)))
    assert sorted(batches[:, 0]) == list(range(0, 500, 50))
    assert order.tolist() != list(range(500))


def test_folds_depend_on_the_seed_alone_and_differ_in_size():
    one, two = random_folds(1000, 10, 1), random_folds(1000, 10, 2)
    np.testing.assert_array_equal(one, random_folds(1000, 10, 1))
    assert (one != two).any()
    assert len(set(np.bincount(one))) > 1


def test_classes_are_sampled_equally_often_however_frequent():
    labels = np.array([0] * 90 + [2] * 9 + [1])
    rows = balanced_order(labels, 50, np.random.default_rng(0), batches=60)
    assert len(rows) == 3000
    assert np.bincount(labels[rows]) == pytest.approx([1000] * 3, rel=0.1)
    assert set(rows) == set(range(100))


def test_stratified_folds_spread_each_class_and_depend_on_the_seed():
    labels = np.repeat([0, 1, 2], [50, 23, 7])
    folds = stratified_folds(labels, 5, 0)
    counts = np.array([np.bincount(folds[labels == label], minlength=5) for label in range(3)])
    assert (counts.max(axis=1) - counts.min(axis=1)).max() == 1
    assert np.bincount(folds).tolist() == [16] * 5
    np.testing.assert_array_equal(folds, stratified_folds(labels, 5, 0))
    assert (folds != stratified_folds(labels, 5, 1)).any()


def test_stratified_parts_have_their_share_of_each_class():
    labels = np.tile([0, 0, 0, 1], 100)
    parts = stratified_parts(labels, (0.8, 0.1, 0.1), 0)
    assert [np.bincount(parts[labels == label]).tolist() for label in (0, 1)] == [[240, 30, 30], [80, 10, 10]]
    assert stratified_parts(np.array([0]), (0.8, 0.2), 0).tolist() == [0]
