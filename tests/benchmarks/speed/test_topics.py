"""The network of looked-up rows, which the speed of topics is compared with, computes the same."""

import keras
import numpy as np

from benchmarks.papers.zhang2015.networks import DESCENT, sgd
from benchmarks.speed.tasks.topics import looked_up_cnn
from models.zhang_convnet import char_cnn
from tests.support.texts import SMALLEST, laid, texts_of


def test_the_first_convolution_is_a_sum_of_looked_up_rows():
    keras.utils.set_random_seed(0)
    x, y = laid(texts_of(40, 3, 123, 300)), np.arange(4) % 3
    columns, looked_up = (build(8, 3, **SMALLEST) for build in (char_cnn, looked_up_cnn))
    looked_up.set_weights(columns.get_weights())
    assert np.ptp(columns(x), axis=0).min() > 0.1  # the outputs depend on the text
    np.testing.assert_allclose(columns(x), looked_up(x), atol=1e-5)
    for model in (columns, looked_up):
        model.compile(sgd(**DESCENT, halved_every=2), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        model.train_on_batch(x, y)
    for one, other in zip(columns.get_weights(), looked_up.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
