"""A loop of training steps is Keras' own step, several times: equal to the last bit, but where XLA compiles it."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmarks.recipe import Recipe
from benchmarks.training.fitting import prepare
from benchmarks.training.loops import batch, trainer
from data_pipelines.dataset import Split
from data_pipelines.images import distorted
from tests.support.parity import subjects
from tests.support.processes import ROOT

SUBJECTS = subjects()
QUICK = (
    "lecun1998 linear classifier (1-layer)",
    "waibel1989 fully connected",
)  # one example at a time, and several


def sizes_of_batches(recipe: Recipe, examples: int) -> list[np.ndarray]:
    """Return batches of rows: more than a loop takes, and a smaller one at the end."""
    rows = np.random.default_rng(0).permutation(examples)
    return np.split(rows, range(recipe.batch_size, len(rows), recipe.batch_size))


def trained(recipe: Recipe, by_keras: bool) -> tuple[list[float], list[np.ndarray]]:
    """Return the losses of some batches and the weights after them."""
    with tempfile.TemporaryDirectory() as folder:
        fold = recipe.dataset.load(recipe.dataset.lookalike(Path(folder)), 0, 0)
    model, fold, rng = prepare(recipe, fold, seed=0)
    examples = min(len(fold.train.y), 4 * recipe.batch_size + recipe.batch_size // 2)
    examples -= examples % recipe.batch_size if model.inputs[0].shape[0] else 0  # it has a fixed number of streams
    split = Split(fold.train.x[np.arange(examples)], fold.train.y[:examples])
    batches = sizes_of_batches(recipe, examples)
    if by_keras:
        losses = [float(model.train_on_batch(*batch(recipe, split, rows, rng))) for rows in batches]
    else:
        losses = trainer(model, recipe, split)(batches, rng)
    return losses, model.get_weights()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SUBJECTS]
)
def test_a_loop_is_the_step_of_keras(name, home):
    recipe = SUBJECTS[name]
    agrees_with_keras(replace(recipe, compiled_steps=2, batch_size=min(recipe.batch_size, 20)))


def test_a_loop_over_distorted_examples_is_the_step_of_keras(home):
    agrees_with_keras(of_distorted_examples())


def of_distorted_examples() -> Recipe:
    distort = partial(distorted, shift=2.0, scale=0.1, squeeze=0.1, shear=0.2)
    return replace(SUBJECTS[QUICK[0]], compiled_steps=3, augment=distort)


@pytest.mark.slow
def test_the_loops_of_jax_are_the_step_of_keras(tmp_path):
    code = f"from {__name__} import agree_on_jax; agree_on_jax()"
    environment = os.environ | {"KERAS_BACKEND": "jax", "RETABLE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


def agree_on_jax() -> None:
    """Compare the loops of JAX with Keras' own steps, in a process of their own."""
    assert keras.backend.backend() == "jax"
    for recipe in (of_distorted_examples(), *(SUBJECTS[name] for name in QUICK)):
        agrees_with_keras(replace(recipe, compiled_steps=3, batch_size=min(recipe.batch_size, 20)))


def agrees_with_keras(recipe: Recipe) -> None:
    (losses, weights), (expected, by_keras) = trained(recipe, False), trained(recipe, True)
    atol = 1e-6 if recipe.batch_size == 1 else 0  # XLA fuses
    np.testing.assert_allclose(losses, expected, rtol=0, atol=atol)
    for ours, theirs in zip(weights, by_keras, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=atol)
