"""Two layers are timed in turn; a ratio is taken within a turn."""

import time
from dataclasses import replace
from functools import partial

import pytest
import tensorflow as tf

from benchmarks.speed import layers
from benchmarks.speed.tasks.recurrence import TASK, convolution, lstm


@pytest.fixture
def quickly(monkeypatch):
    """Time single steps, uncompiled, beside a product that takes no time."""
    monkeypatch.setattr(layers, "product_seconds", lambda: 1.0)
    monkeypatch.setattr(layers, "SHORTEST", 0.0)
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_both_layers_are_timed_at_every_length(quickly):
    report = replace(TASK, width=3, lengths=(4, 6), batch=2).measure(repeats=2)
    runs = [f"{kind}, {length} steps" for length in (4, 6) for kind in ("forward", "training")]
    assert [run["run"] for run in report["runs"]] == runs
    for run in report["runs"]:
        assert 0 < run["lowest_ratio"] <= run["ratio"] <= run["highest_ratio"]
    first = TASK.rows(report)[0]
    assert list(first) == ["run", "ms, convolution", "ms, LSTM", "speed-up of convolution"]
    assert report["drift"] == 0


def test_a_ratio_is_the_second_time_by_the_first(monkeypatch):
    monkeypatch.setattr(layers, "SHORTEST", 0.0)
    found = layers.compared("naps", [partial(time.sleep, 0.01), partial(time.sleep, 0.03)], repeats=3)
    assert found["first"] >= 0.01 and found["second"] >= 0.03
    assert found["ratio"] == pytest.approx(found["second"] / found["first"], rel=0.5)


def test_both_layers_have_as_many_weights_but_for_biases():
    models = []
    for build in (convolution, lstm):
        layer = build(16)
        layer.build((None, 9, 16))
        models.append([weight for weight in layer.weights if "bias" not in weight.name])
    assert [sum(int(weight.shape.num_elements()) for weight in one) for one in models] == [8 * 16 * 16] * 2
