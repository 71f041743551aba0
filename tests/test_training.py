"""What an epoch tells of itself."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from benchmarks.recipe import from_keras
from benchmarks.table import load_table
from benchmarks.training import predict, prepare, train_epoch
from data_pipelines.dataset import Fold, Split


@pytest.mark.parametrize("batches_are_arranged", [True, False])
def test_the_loss_of_an_epoch_is_the_mean_over_its_examples(batches_are_arranged):
    table = load_table("neumann_vu2017")
    recipe = table.recipe(table.cells("Emo-DB", "logMel (26), attention")[0])
    build = partial(recipe.build.func, **{**recipe.build.keywords, "dropout": 0.0})
    still = from_keras("optimizers.SGD", learning_rate=0.0)
    recipe = replace(recipe, build=build, optimizer=still, batch_size=8)
    if not batches_are_arranged:
        recipe = replace(recipe, arrange=None)
    x = np.random.default_rng(0).uniform(size=(12, 180, 6)).astype("float32")
    x[..., -1] = np.arange(180) < np.arange(100, 196, 8)[:, None]
    y = np.arange(len(x)) % 4  # 12 examples: batches of 8 and 4
    model, fold, rng = prepare(recipe, Fold(Split(x, y), None, Split(x, y)), seed=0)
    logits = predict(model, recipe, x)
    expected = float(keras.ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)))
    assert train_epoch(model, recipe, fold.train, rng) == pytest.approx(expected, rel=1e-5)
