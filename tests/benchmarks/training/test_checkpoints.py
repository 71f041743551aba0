"""A job goes on from its last epoch as if it had never stopped; a checkpoint that does not fit is ignored."""

import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from benchmarks.jobs import Job, Options
from benchmarks.table import load_table
from benchmarks.training import checkpoints
from benchmarks.training.job import train
from data_pipelines.dataset import LeftOut
from models.recurrent import Stateful
from results.records import EpochEnd
from tests.support.processes import QUICKLY_COMPILED, ROOT
from tests.support.resume import PLACES


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_killed_jobs_end_with_the_numbers_of_unbroken_ones(backend, tmp_path):
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    killed = start(backend, broken, "stop")
    errors = killed.communicate()[1]
    assert killed.returncode == -signal.SIGKILL, errors[-2000:]
    kept = {path.parent.name for path in (broken / "checkpoints").rglob("*.npz")}
    assert kept == {paper for paper, *_ in PLACES}
    output, errors = start(backend, broken, "go", str(broken), str(unbroken)).communicate()
    lines = output.splitlines()
    assert len(lines) == 2 * len(PLACES), errors[-2000:]
    assert lines[: len(PLACES)] == lines[len(PLACES) :]
    assert '"error' not in output
    assert not list((broken / "checkpoints").rglob("*.npz"))


def start(backend, home, *arguments):
    compiled = {"JAX_COMPILATION_CACHE_DIR": f"{home}-compiled", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    chosen = {"KERAS_BACKEND": backend, "RETABLE_HOME": str(home)}
    environment = {**os.environ, **QUICKLY_COMPILED, **compiled, **chosen}
    command = [sys.executable, "-m", "tests.support.resume", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def a_job(checkpoint_after=0.0):
    options = Options(2, lookalike=True, checkpoint_after=checkpoint_after)
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), options)
    return Job(planned.key(0, 0, "tensorflow"), planned.recipe, options)


def first_epoch(job):
    events = train(job)
    assert isinstance(next(events), EpochEnd)
    events.close()
    return checkpoints.path_of(job.key, deterministic=False)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path / "home"))


def test_short_epochs_write_no_checkpoint():
    assert not first_epoch(a_job(checkpoint_after=60.0)).exists()


def test_the_checkpoint_stays_until_the_record_is_taken():
    job = a_job()
    path = first_epoch(job)
    events = train(job)
    while isinstance(event := next(events), EpochEnd):
        pass
    assert event.error == ""
    assert path.exists()
    assert list(events) == []
    assert not path.exists()


def test_time_spent_before_the_stop_counts():
    job = a_job()
    path = first_epoch(job)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["about"] = np.array(str(arrays["about"]).replace('"spent_seconds": ', '"spent_seconds": 1000'))
    np.savez(path, **arrays)
    *_, record = train(job)
    assert record.seconds > 1000


@pytest.mark.parametrize("damage", ["torn", "of other code", "of another network"])
def test_a_checkpoint_that_cannot_serve_is_told_and_left_aside(damage):
    job = a_job()
    path = first_epoch(job)
    if damage == "torn":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        with np.load(path) as file:
            arrays = dict(file)
        if damage == "of other code":
            arrays["about"] = np.array(str(arrays["about"]).replace('"commit": "', '"commit": "f'))
        else:
            arrays["state0"] = np.zeros((2, 2))
        np.savez(path, **arrays)
    with pytest.warns(LeftOut, match="is ignored: "):
        *epochs, record = train(job)
    assert [point.epoch for point in epochs] == [1, 2]
    assert record.error == ""


def test_a_full_disk_is_told_and_the_run_goes_on(monkeypatch):
    def full(*arguments, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(LeftOut, match="The checkpoint could not be written: .*No space left"):
        *_, record = train(a_job())
    assert record.metrics


def test_everything_that_training_changes_is_in_the_state():
    keras.utils.set_random_seed(0)
    x = keras.Input(batch_shape=(2, 3, 4))
    recurrent = Stateful(keras.layers.LSTM(5, return_sequences=True, return_state=True))
    model = keras.Model(x, recurrent(keras.layers.Dropout(0.5)(x)))
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    model.train_on_batch(np.ones((2, 3, 4)), np.ones((2, 3, 5)))
    names = {variable.path.rpartition("/")[2] for variable in checkpoints.state_of(model)}
    assert {"kernel", "recurrent_kernel", "bias", "seed_generator_state", "learning_rate", "iteration"} <= names
    assert any("momentum" in name for name in names)
    assert "memory" in names


def test_a_validation_score_that_is_no_number_ends_the_job(monkeypatch):
    monkeypatch.setattr("benchmarks.training.fitting.score", lambda *arguments: float("nan"))
    *epochs, record = train(a_job())
    assert epochs == []
    assert record.error == "ArithmeticError: the validation score is nan in epoch 1"
