"""The loss that an epoch reports, and the memory that a job frees."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from benchmarks.jobs import Options, missing_jobs
from benchmarks.recipe import from_keras
from benchmarks.table import load_table
from benchmarks.training import fitting
from benchmarks.training.fitting import predict, prepare, train_epoch
from benchmarks.training.job import train
from benchmarks.training.loops import trainer
from data_pipelines.dataset import Fold, Split


@pytest.mark.parametrize("batches_are_arranged", [True, pytest.param(False, marks=pytest.mark.slow)])
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
    train = trainer(model, recipe, fold.train)
    assert train_epoch(train, recipe, y, rng) == pytest.approx(expected, rel=1e-5)


def test_a_seed_decides_the_weights_and_the_order_of_examples():
    table = load_table("starter")
    recipe = table.recipe(table.cells("1", "LeNet-style", "digits")[0])
    x, y = np.zeros((40, 8, 8, 1), "float32"), np.arange(40) % 10
    found = []
    for seed in (0, 1, 1):
        model, _, rng = prepare(recipe, Fold(Split(x, y), None, Split(x, y)), seed=seed)
        found.append((model.get_weights()[0], recipe.order(y, recipe.batch_size, rng)))
    for first, other, again in zip(*found, strict=True):
        assert not np.array_equal(first, other)
        assert np.array_equal(other, again)


@pytest.mark.parametrize("broken_off", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_job_gives_the_memory_of_its_network_back(broken_off, monkeypatch):
    """TensorFlow itself keeps the variables of every compiled step."""
    models = []

    def kept(*arguments):
        found = prepare(*arguments)
        models.append(found[0])
        return found

    monkeypatch.setattr(fitting, "prepare", kept)
    table = load_table("starter")
    cells = table.cells(None, "LeNet-style", "digits")
    planned = table.plan(cells, Options(epochs=1, lookalike=True))
    (job,) = missing_jobs(planned, [], backend="tensorflow", seeds=1)
    events = train(job)
    next(events)
    (model,) = models
    variables = [*model.variables, *model.optimizer.variables]
    assert sum(len(np.ravel(variable)) for variable in variables) > model.count_params()
    events.close() if broken_off else list(events)
    assert [len(np.ravel(variable)) for variable in variables] == [0] * len(variables)
