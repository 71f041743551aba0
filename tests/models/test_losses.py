"""The losses, by hand."""

import numpy as np

from models.losses import joint_cross_entropy, nearest_code, squares


def test_squares():
    labels, outputs = np.array([1, 0]), np.array([[0.5, 1.0, -1.0], [1.0, 0.0, -1.0]], "float32")
    np.testing.assert_allclose(squares(labels, outputs), [1.5**2 / 3, 1 / 3], rtol=1e-6)


def test_nearest_code():
    distances = np.array([[4.0, 1.0, 9.0], [2.0, 0.5, 3.0]], "float32")
    others = np.log(np.exp(-2.0) + np.exp(-distances).sum(axis=1))
    found = nearest_code(np.array([1, 0]), -distances, rubbish=2.0)
    np.testing.assert_allclose(found, others + [1.0, 2.0], rtol=1e-5)


def test_the_joint_cross_entropy_is_the_sum_over_the_classifications():
    rng, sizes = np.random.default_rng(0), (4, 3, 3)
    outputs = rng.normal(size=(8, sum(sizes))).astype("float32")
    views = [rng.integers(0, size, 8) for size in sizes]
    joint = np.ravel_multi_index(views, sizes)
    expected = np.zeros(8)
    for labels, logits in zip(views, np.split(outputs, np.cumsum(sizes)[:-1], axis=1), strict=True):
        expected += np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(8), labels]
    np.testing.assert_allclose(joint_cross_entropy(joint, outputs, sizes=sizes), expected, rtol=1e-4)
