"""A job goes on from its last epoch as if it had never stopped; a checkpoint that does not fit is ignored."""

import itertools
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from benchmarks.jobs import Job, Options
from benchmarks.table import load_table
from benchmarks.training import checkpoints, fitting
from benchmarks.training.job import train
from data_pipelines.dataset import LeftOut
from models.recurrent import Stateful
from results.records import Digests, EpochEnd, RecordFiles, RunRecord
from tests.support import resume
from tests.support.checkpoint_files import changed
from tests.support.processes import QUICKLY_COMPILED, ROOT
from tests.support.resume import PLACES
from tests.support.work import tiny


@pytest.mark.parametrize("place", [None, *(pytest.param(n, marks=pytest.mark.slow) for n in range(len(PLACES)))])
def test_jobs_that_were_left_end_with_the_numbers_of_unbroken_ones(place, tmp_path, monkeypatch):
    monkeypatch.setattr(resume.kim2016, "STEPS", resume.FEW_STEPS)
    job = a_job() if place is None else resume.jobs()[place]
    resume.leave(job)
    assert checkpoints.path_of(job).exists()
    broken = resume.numbers(job)
    assert not checkpoints.path_of(job).exists()
    assert broken == resume.numbers(job)
    assert broken[-1] == ""


@pytest.mark.slow
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


def a_job(checkpoint_after=0.0, epochs=2):
    options = Options(epochs, lookalike=True, checkpoint_after=checkpoint_after)
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), options)
    return Job(planned.key(0, 0, "tensorflow"), replace(planned.recipe, build=tiny), options)


def first_epoch(job):
    events = train(job)
    assert isinstance(next(events), EpochEnd)
    events.close()
    return checkpoints.path_of(job)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path / "home"))


def waiting_for(job):
    """Put a checkpoint, of which only its name matters, where that of a job would be."""
    path = checkpoints.path_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_short_epochs_write_no_checkpoint():
    assert not first_epoch(a_job(checkpoint_after=60.0)).exists()


def test_short_epochs_add_up_to_a_checkpoint(monkeypatch):
    seconds = itertools.count(step=10)  # the clock is read twice in an epoch and once after it
    monkeypatch.setattr(fitting, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    job = a_job(checkpoint_after=60.0, epochs=7)
    saved = []
    for event in train(job):
        if isinstance(event, EpochEnd):
            path = checkpoints.path_of(job)
            saved.append(len(checkpoints.about(path)["curve"]) if path.exists() else 0)
    assert saved == [0, 0, 3, 3, 3, 6, 6]


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
    changed(first_epoch(job), spent_seconds=1000.0)
    *_, record = train(job)
    assert record.seconds > 1000


DAMAGES = {
    "empty": lambda path, other: path.write_bytes(b""),
    "torn": lambda path, other: path.write_bytes(path.read_bytes()[:1000]),
    "one byte short": lambda path, other: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path, other: path.write_bytes(path.read_bytes() + b"0"),
    "flipped": lambda path, other: path.write_bytes(flipped(path.read_bytes(), 4000)),
    "flipped in its seal": lambda path, other: path.write_bytes(flipped(path.read_bytes(), -9)),
    "another job's": lambda path, other: other.replace(path),
    "without a seal": lambda path, other: np.savez(path, state0=np.zeros(3)),
    "a text": lambda path, other: path.write_text("not a checkpoint\n" * 100),
    "a folder": lambda path, other: (path.unlink(), path.mkdir()),
    "of other libraries": lambda path, other: changed(path, versions="keras 1.0"),
    "of another form": lambda path, other: changed(path, form=2),
    "of another network": lambda path, other: changed(path, state0=np.zeros((2, 2))),
    "with a curve of another form": lambda path, other: changed(path, curve=[[1, 2.0]]),
    "with no curve": lambda path, other: changed(path, curve=None),
    "with another generator": lambda path, other: changed(path, generator={"bit_generator": "MT19937"}),
    "with pickles": lambda path, other: changed(path, state0=np.array([{}], dtype=object)),
}


def flipped(content, at):
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def a_state(seed):
    """Return a small network, a generator and a progress of one epoch."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((40,)), keras.layers.Dense(40)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    model.optimizer.build(model.trainable_variables)
    key = a_job().key
    return model, np.random.default_rng(seed), checkpoints.Progress([EpochEnd(key, 1, 0.5, 90.0, 0.1)])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_checkpoint_that_cannot_serve_is_told_and_changes_nothing(damage, tmp_path):
    job, another = (replace(a_job(), records=name) for name in ("one", "another"))
    path, other = checkpoints.path_of(job), checkpoints.path_of(another)
    for seed, one in enumerate((job, another)):
        checkpoints.save(one, *a_state(seed))
    model, rng, _ = a_state(2)
    assert checkpoints.resume(another, *a_state(2)[:2]).curve
    DAMAGES[damage](path, other)
    before = [np.array(variable) for variable in checkpoints.state_of(model)]
    with pytest.warns(LeftOut, match=f"{path} .*; the work is done again"):
        assert checkpoints.resume(job, model, rng) == checkpoints.Progress()
    for ours, theirs in zip(checkpoints.state_of(model), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert rng.bit_generator.state == np.random.default_rng(2).bit_generator.state
    assert path.with_name(f"{path.name}.damaged").exists()


def test_work_whose_checkpoint_cannot_serve_is_done_again():
    job = a_job()
    changed(first_epoch(job), versions="keras 1.0")
    with pytest.warns(LeftOut, match="; the work is done again"):
        *epochs, record = train(job)
    assert [point.epoch for point in epochs] == [1, 2]
    assert record.error == ""


def test_a_checkpoint_serves_its_code_at_any_commit_and_no_other_code(monkeypatch):
    job = a_job()
    assert checkpoints.path_of(job) != checkpoints.path_of(replace(job, code=Digests("other")))
    with closing(train(job)) as events:
        first = next(events)
    monkeypatch.setattr("benchmarks.provenance.commit", lambda: "another")
    again, _, record = train(job)
    assert again == first  # its seconds too: nobody trained it again
    assert record.commit == "another"


def test_a_checkpoint_feeds_one_records_file(tmp_path):
    names = {name: checkpoints.for_records(RecordFiles("starter", tmp_path / name)) for name in ("one", "two")}
    one, two = (replace(a_job(), records=names[name]) for name in ("one", "two"))
    path = waiting_for(one)
    assert path != checkpoints.path_of(two)
    assert checkpoints.for_records(RecordFiles("starter", tmp_path / "one")) == one.records
    assert path.exists()  # a run that goes on finds it
    (tmp_path / "one" / "reproduced" / "starter.csv").unlink()
    checkpoints.for_records(RecordFiles("starter", tmp_path / "one"))
    assert not path.exists()


def test_a_checkpoint_whose_record_was_written_is_removed(tmp_path):
    files = RecordFiles("starter", tmp_path)
    job = replace(a_job(), records=checkpoints.for_records(files))
    path, waiting = waiting_for(job), waiting_for(replace(job, key=job.key._replace(seed=1)))
    files.append(RunRecord(job.key, {"test accuracy": 90.0}, code=job.code))  # as if killed right after it
    checkpoints.remove_finished(job.records, files.records(), [])
    assert not path.exists() and waiting.exists()


@pytest.mark.parametrize(
    ("finished", "counts", "error", "waits"),
    [
        ("2020-01-01", True, "", True),
        ("9999-01-01", False, "", True),
        ("9999-01-01", True, "MemoryError", True),
        ("9999-01-01", True, "", False),
    ],
)
def test_a_checkpoint_waits_until_a_newer_record_counts(finished, counts, error, waits):
    job = replace(a_job(), records="starter-0")
    path = waiting_for(job)
    record = RunRecord(job.key, {"test accuracy": 90.0}, code=Digests("other"), finished=finished, error=error)
    checkpoints.remove_finished(job.records, [record], [record] if counts else [])
    assert path.exists() == waits


def test_a_checkpoint_under_the_name_of_an_earlier_version_is_removed():
    job = replace(a_job(), records="starter-0")
    path = waiting_for(job)
    for mode in ("", "-deterministic"):
        old = path.with_name(f"{job.key.fingerprint}-fold0-seed0-tensorflow{mode}.npz")
        old.write_text("")
        checkpoints.remove_finished(job.records, [], [])
        assert not old.exists() and path.exists()


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


def test_a_checkpoint_that_cannot_be_removed_stops_nothing(tmp_path):
    (tmp_path / "home").touch()
    checkpoints.remove(tmp_path / "home" / "checkpoints" / "x.npz")


@pytest.mark.parametrize("commit", ["../../../etc/x", "a\0b", "c" * 10_000])
def test_weights_of_any_commit_are_in_their_folder(commit):
    path = checkpoints.weights_path(load_table("starter").plan()[0].key(0, 0, "jax"), commit)
    assert not path.exists() and path.resolve().parent.name == "starter"
