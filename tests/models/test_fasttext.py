"""The classifier of fastText: forward pass and training step by hand."""

import keras
import numpy as np

from models.fasttext import fasttext


def test_the_classifier_is_linear_in_the_mean_embedding():
    model = fasttext(6, 3, width=10)
    rows, weights = model.get_weights()
    assert rows.shape == (7, 10) and not weights.any()
    assert 0.05 < np.abs(rows).max() <= 0.1
    weights = np.random.default_rng(0).normal(0, 1, weights.shape)
    model.set_weights([rows, weights])
    bags = np.array([[1, 4, 4, 0, 0], [2, 0, 0, 0, 0]])
    expected = np.stack([rows[[1, 4, 4]].mean(axis=0), rows[2]]) @ weights
    np.testing.assert_allclose(model(bags), expected, atol=1e-6)


def test_a_step_moves_only_the_embeddings_of_its_texts():
    model = fasttext(6, 2, width=4)
    rows = model.get_weights()[0]
    weights = np.arange(8.0).reshape(4, 2)
    model.set_weights([rows, weights])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    model.compile(keras.optimizers.SGD(0.5), loss)
    model.train_on_batch(np.array([[1, 3, 3, 0], [5, 0, 0, 0]]), np.array([0, 1]))
    moved = model.get_weights()[0] - rows
    errors = [
        keras.ops.softmax(mean @ weights).numpy() - np.eye(2)[y]
        for y, mean in enumerate((rows[[1, 3, 3]].mean(axis=0), rows[5]))
    ]
    expected = np.zeros_like(rows)
    for row, error, share in ((1, 0, 1 / 3), (3, 0, 2 / 3), (5, 1, 1)):
        expected[row] = -0.5 * share * weights @ errors[error]
    np.testing.assert_allclose(moved, expected, atol=1e-5)
