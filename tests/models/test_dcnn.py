"""The DCNN: convolution, pooling and forward pass recomputed in NumPy; padding; sizes."""

import numpy as np
import pytest

from models.dcnn import OrderedMaxima, WideConvolution, dcnn

SETTINGS = {"width": 12, "filters": (4, 3), "maps": (2, 5), "top": 3}


def test_each_row_is_convolved_on_its_own_and_maps_are_summed():
    x = np.random.default_rng(0).normal(size=(2, 7, 3, 2)).astype("float32")
    layer = WideConvolution(4, 5, 0.0)
    found = np.asarray(layer(x))
    kernel = np.asarray(layer.kernel)
    assert found.shape == (2, 11, 3, 4)
    for row in range(3):
        for to in range(4):
            expected = sum(np.convolve(x[1, :, row, of], kernel[::-1, row, of, to]) for of in range(2))
            np.testing.assert_allclose(found[1, :, row, to], expected, rtol=1e-4, atol=1e-5)


def test_maxima_keep_their_order_and_ignore_padding():
    rows = np.array([[5, 1, 4, 2, 9, 9], [0, 7, 3, 8, 6, 1]], "float32") / 10
    found = np.asarray(
        OrderedMaxima(4)(rows[:, :, None, None], np.array([4, 6], "int32"), np.array([2, 4], "int32"))
    )
    np.testing.assert_allclose(
        found[..., 0, 0], np.tanh([[0.5, 0.4, 0, 0], [0.7, 0.3, 0.8, 0.6]]), rtol=1e-5, atol=1e-7
    )


def test_padding_has_no_effect():
    outputs, lengths = [], (0, 1, 5, 9)
    short = dcnn(20, 4, 9, **SETTINGS)
    for length in (9, 14):
        model = dcnn(20, 4, length, **SETTINGS)
        model.set_weights([weights + 0.1 for weights in short.get_weights()])
        x = np.zeros((len(lengths), length), "int32")
        for row, words in zip(x, lengths, strict=True):
            row[:words] = np.random.default_rng(words).integers(1, 20, words)
        outputs.append(np.asarray(model(x)))
    np.testing.assert_allclose(*outputs, rtol=1e-4, atol=1e-6)


def test_sizes():
    model = dcnn(20, 4, 9, **SETTINGS)
    embedding, first, second = 20 * 12, 4 * 12 * 1 * 2 + 6 * 2, 3 * 6 * 2 * 5 + 3 * 5
    assert model.count_params() == embedding + first + second + (3 * 3 * 5) * 4 + 4
    assert model.get_layer("maxima_1").most == 5  # half of nine words, rounded up
    assert model.output_shape == (None, 4)


def test_one_step_reaches_every_weight():
    model = dcnn(20, 4, 9, **SETTINGS)
    model.compile("adagrad", "sparse_categorical_crossentropy", run_eagerly=True)
    before = [weights.copy() for weights in model.get_weights()]
    x = np.random.default_rng(0).integers(1, 20, (8, 9))
    model.train_on_batch(x, np.arange(8) % 4)
    assert all((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


def forward(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Return the logits of one sentence, (length,), by the formulas of the paper in plain loops."""
    embedding, kernel_1, bias_1, kernel_2, bias_2, softmax, offset = weights
    words = x[x > 0]
    rows = embedding[words].T[:, None]  # (rows, maps, length)
    for number, (kernel, bias) in enumerate([(kernel_1, bias_1), (kernel_2, bias_2)], start=1):
        _, count, below, maps = kernel.shape
        wide = [
            [sum(np.convolve(rows[r, b], kernel[::-1, r, b, m]) for b in range(below)) for m in range(maps)]
            for r in range(count)
        ]
        folded = np.array(wide)[0::2] + np.array(wide)[1::2]
        keep = max(SETTINGS["top"], int(np.ceil((2 - number) / 2 * len(words))))
        places = np.sort(np.argsort(-folded, axis=-1)[..., :keep], axis=-1)
        rows = np.tanh(np.take_along_axis(folded, places, axis=-1) + bias[..., None])
    return rows.transpose(2, 0, 1).ravel() @ softmax + offset


@pytest.mark.parametrize("words", [4, 7, 9])
def test_the_forward_pass_follows_the_paper(words):
    rng = np.random.default_rng(words)
    model = dcnn(20, 4, 9, **SETTINGS)
    model.set_weights([rng.normal(0, 0.5, weights.shape) for weights in model.get_weights()])
    x = np.zeros(9, "int32")
    x[:words] = rng.integers(1, 20, words)
    np.testing.assert_allclose(
        np.asarray(model(x[None]))[0], forward(x, model.get_weights()), rtol=1e-4, atol=1e-5
    )
