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
    report = time_steps(recipe, fold, task.steps, batches=1, repeats=2)
    speeds = report["speeds"]
    assert [speed["system"] for speed in speeds][:2] == ["retable", rival]
    assert speeds[0]["ratio"] == 1
    slowest, fastest = speeds[0]["slowest"], speeds[0]["fastest"]
    for speed in speeds[1:]:
        assert 0.999 * slowest / speed["fastest"] <= speed["ratio"] <= 1.001 * fastest / speed["slowest"]
    assert all(speed["slowest"] <= speed["examples_per_second"] <= speed["fastest"] for speed in speeds)
    assert sum(share["share"] for share in report["shares"]) == pytest.approx(1)
    rows = task.rows(report)
    assert len(rows) == 1 + len(task.rivals)
    assert all(rows[0].values())


def test_a_rival_that_is_missing_has_an_empty_row():
    speed = {"system": "retable", "examples_per_second": 2.0, "slowest": 1.0, "fastest": 3.0, "ratio": 1.0}
    report = {"speeds": [speed, speed | {"system": "plain Keras"}], "shares": []}
    rows = load_task("images").rows(report)
    assert [row["system"] for row in rows] == ["retable", "plain Keras", "plain PyTorch (not installed)"]
    assert rows[-1]["images per second"] == ""


def test_the_plain_language_model_sums_its_loss_over_the_steps():
    spelling = np.random.default_rng(0).integers(0, 5, (4, 7))
    step = text.plain_keras(spelling, symbols=5, streams=2, steps=3)
    words = np.array([[[0, 1], [1, 2], [2, 3]], [[3, 0], [0, 1], [1, 2]]])
    losses = [float(step(words, words[..., 1])) for _ in range(3)]
    assert losses[0] == pytest.approx(3 * np.log(4), rel=0.2)
    assert losses[1] != losses[0]
