"""Generated sequences whose class depends on their ends."""

import numpy as np
import pytest

from data_pipelines.datasets.synthetic.far_symbols import PARTS, SYMBOLS, far_symbols


@pytest.mark.parametrize("both", [False, True])
def test_who_does_not_see_the_first_symbol_can_only_guess(both):
    dataset = far_symbols(5, both)
    fold = dataset.load((), 0, 0)
    dataset.check(fold)
    x, y = fold.train
    assert x.shape == (PARTS[0], 5, SYMBOLS) and x.dtype == np.float32
    assert np.array_equal(x.sum(axis=-1), np.ones((PARTS[0], 5)))
    symbols = x.argmax(axis=-1)
    assert np.array_equal(y, (symbols[:, 0] + symbols[:, -1]) % 4 if both else symbols[:, 0])
    rest = symbols[:, 1:] @ 4 ** np.arange(4)  # everything but the first one
    shares = [np.bincount(y[rest == one], minlength=4) for one in range(4**4)]
    assert 0.25 < np.sum(np.max(shares, axis=1)) / len(y) < 0.42  # of 39 examples, the best of four guesses
    assert np.bincount(y).min() > 0.23 * len(y)


def test_parts_and_seeds_differ_and_a_seed_is_repeated():
    dataset = far_symbols(8)
    one, same, other = (dataset.load((), 0, seed) for seed in (0, 0, 1))
    assert np.array_equal(one.train.x, same.train.x) and np.array_equal(one.test.y, same.test.y)
    assert not np.array_equal(one.train.x, other.train.x)
    assert not np.array_equal(one.test.x[:1000], one.valid.x)
