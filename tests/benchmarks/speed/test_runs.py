"""Whole runs against plain scripts: they train by the recipe, take turns, and a busy machine is noticed."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.recipe import one_pass
from benchmarks.speed import contention, runs
from benchmarks.speed.one_run import first_examples, shortened
from benchmarks.speed.plain import trained
from benchmarks.speed.runs import RETABLE, WholeRuns
from benchmarks.speed.task import load_task, task_names
from benchmarks.speed.tasks import text
from data_pipelines.dataset import Fold, Split

TASKS = [name for name in task_names() if isinstance(load_task(name), WholeRuns)]
LARGE = ("sentences", "text", "topics")  # networks


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in TASKS]
)
def test_a_plain_keras_script_trains_by_the_recipe(name, tmp_path):
    task = load_task(name)
    recipe, rng = replace(shortened(task, 1), order=first_batches), np.random.default_rng(0)
    dataset = task.recipe().dataset
    fold = recipe.prepare(dataset.load(dataset.lookalike(tmp_path), 0, 0), rng)
    fold = fold._replace(test=fold.train)  # that of a text is too short for all streams
    rival = next(build for rival, build in task.rivals.items() if "Keras" in rival)
    plain = rival(fold, recipe)
    before = [np.array(weight) for weight in plain.weights()]
    assert trained(plain, recipe, fold, rng, task.measure_rival) > 0
    assert any(not np.array_equal(old, new) for old, new in zip(before, plain.weights(), strict=True))


def first_batches(labels, batch_size, rng):
    """Take two batches."""
    return np.arange(2 * batch_size) % len(labels) if len(labels) < batch_size else np.arange(batch_size)


def test_a_shortened_recipe_takes_the_first_examples_once():
    recipe = shortened(load_task("topics"), 1)
    assert (recipe.epochs, recipe.order.func) == (1, one_pass)
    train, test = (Split(np.arange(size), np.arange(size)) for size in (10, 20))
    fold = first_examples([], 0, 0, load=lambda *where: Fold(train, None, test), count=3)
    assert (len(fold.train.y), fold.valid, len(fold.test.x)) == (3, None, 6)


@pytest.fixture
def pretended(monkeypatch):
    """Let runs take no time and a clock tell how long: ours 10 s, Keras 20, PyTorch is not there."""
    clock = [0.0]

    def run_once(task, system, way, epochs, seeds):
        clock[0] += {RETABLE: 10.0}.get(system, 20.0 if way == runs.PROCESSES else 25.0)
        return [1.0 + seed for seed in seeds]

    monkeypatch.setattr(runs, "run_once", run_once)
    monkeypatch.setattr(runs, "find_spec", lambda name: None)
    monkeypatch.setattr(runs.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(runs.machine, "cores", lambda: 2)


def test_rivals_run_in_their_better_way_and_missing_ones_are_named(pretended, monkeypatch):
    monkeypatch.setattr(runs, "product_seconds", lambda: 1.0)
    task = load_task("images")
    report = task.measure(repeats=3)
    ours, keras = report["speeds"]
    assert (ours["seconds"], keras["seconds"], keras["ratio"], keras["way"]) == (10, 20, 2, runs.PROCESSES)
    assert (keras["scores"], report["drift"], report["seeds"]) == ([1.0, 2.0], 0, 2)
    rows = task.rows(report)
    assert [row["system"] for row in rows] == ["retable", "plain Keras", "plain PyTorch (not installed)"]
    assert rows[1]["speed-up of retable"] == "2.00 (2.00 to 2.00)"
    assert rows[1]["test error"] == "1.00, 2.00"


def test_a_run_beside_other_work_is_repeated_and_its_drift_reported(pretended, monkeypatch):
    products = iter([1.0, 1.3] * 1000)
    monkeypatch.setattr(runs, "product_seconds", lambda: next(products))
    calls = []
    once = runs.run_once
    monkeypatch.setattr(runs, "run_once", lambda *what: calls.append(what) or once(*what))
    task = load_task("text")
    report = task.measure(repeats=1)
    assert len(calls) == 3 * 4  # two ways of Keras, then a turn of both systems
    assert report["drift"] == pytest.approx(0.3)


def test_a_fixed_product_takes_time(monkeypatch):
    monkeypatch.setattr(contention, "SIDE", 100)
    assert contention.product_seconds() > 0
    assert contention.drift([1.0, 1.25]) == 0.25


def test_the_plain_language_model_sums_its_loss_over_the_steps():
    spelling = np.random.default_rng(0).integers(0, 5, (4, 7))
    plain = text.keras_network(spelling, symbols=5, streams=2, steps=3)
    words = np.array([[[0, 1], [1, 2], [2, 3]], [[3, 0], [0, 1], [1, 2]]])
    losses = [float(plain.model.train_on_batch(spelling[words[..., 0]], words[..., 1])) for _ in range(3)]
    assert losses[0] == pytest.approx(3 * np.log(4), rel=0.2)
    assert losses[1] != losses[0]
