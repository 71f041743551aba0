"""Training steps of every benchmark run; the tests assert the form of the speeds, never their values."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.speed.steps import time_steps
from benchmarks.speed.task import load_task
from benchmarks.speed.tasks import text

RIVALS = {"sentences": "plain Keras, padded", "images": "plain Keras", "topics": "plain Keras"}


@pytest.mark.parametrize(("name", "rival"), RIVALS.items())
def test_steps_of_ours_and_of_the_rivals_are_timed(name, rival, tmp_path):
    task = load_task(name)
    recipe = replace(task.recipe(), batch_size=2)
    fold = recipe.dataset.load(recipe.dataset.lookalike(tmp_path), 0, 0)
    speeds, shares = time_steps(recipe, fold, task.steps, batches=1, repeats=2)
    assert [speed.system for speed in speeds][:2] == ["retable", rival]
    assert speeds[0].ratio == 1
    assert all(speed.slowest <= speed.examples_per_second <= speed.fastest for speed in speeds)
    assert sum(share.share for share in shares) == pytest.approx(1)


def test_a_remark_names_the_rivals_that_are_missing():
    report = {"speeds": [{"system": "retable"}, {"system": "plain Keras"}], "shares": []}
    assert load_task("images").remark(report).endswith("Not installed: plain PyTorch (pip install torch).")
    report["speeds"].append({"system": "plain PyTorch"})
    assert "Not installed" not in load_task("images").remark(report)


def test_the_plain_language_model_sums_its_loss_over_the_steps():
    spelling = np.random.default_rng(0).integers(0, 5, (4, 7))
    step = text.keras_step(spelling, symbols=5, streams=2, steps=3)
    words = np.array([[[0, 1], [1, 2], [2, 3]], [[3, 0], [0, 1], [1, 2]]])
    losses = [float(step(words, words[..., 1])) for _ in range(3)]
    assert losses[0] == pytest.approx(3 * np.log(4), rel=0.2)
    assert losses[1] != losses[0]
