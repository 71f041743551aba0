"""Work of code that has changed since is continued where the code is known to compute the same, and else named."""

import errno
import json
import os
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from benchmarks.cli.progress import RunReport
from benchmarks.evidence.recheck import doubts
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Job, Options
from benchmarks.table import load_table
from benchmarks.training import checkpoints
from benchmarks.training.earlier_checkpoints import adopt, waiting
from benchmarks.training.job import train
from data_pipelines.dataset import LeftOut
from data_pipelines.whole_files import content_of, sealed_path
from results.records import Digests, RunRecord
from tests.support.checkpoint_files import changed
from tests.support.work import tiny

OLD, OTHER = Digests("0" * 12, "", ""), Digests("1" * 12, "", "")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path / "home"))


@pytest.fixture
def job():
    """Return a job of today's code."""
    options = Options(3, lookalike=True, checkpoint_after=0.0)
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), options)
    return Job(
        planned.key(0, 0, "tensorflow"),
        replace(planned.recipe, build=tiny),
        options,
        planned.code,
        records="starter-0",
    )


def left_by(job, code, epochs=1):
    """Train a job by some code for some epochs, stop it, and return its checkpoint and the epochs."""
    one = replace(job, code=code)
    with closing(train(one)) as events:
        points = [next(events) for _ in range(epochs)]
    return checkpoints.path_of(one), points


def is_old(one, other):
    return one == other or OLD in (one, other)


def test_a_job_continues_from_a_checkpoint_of_equal_code(job):
    path, points = left_by(job, OLD, epochs=2)
    assert adopt([job], is_old) == []
    assert not path.exists()
    assert checkpoints.path_of(job).exists()
    *epochs, record = train(job)
    assert epochs[:2] == points and len(epochs) == 3
    assert record.code == job.code and not record.error
    assert waiting("starter-0") == []


def test_the_numbers_are_those_of_an_unbroken_job(job):
    left_by(job, OLD)
    adopt([job], is_old)
    continued, unbroken = (last(train(one)) for one in (job, replace(job, records="starter-1")))
    assert (continued.metrics, continued.predictions) == (unbroken.metrics, unbroken.predictions)


def last(events):
    *_, record = events
    assert isinstance(record, RunRecord)
    return record


def test_of_two_equal_ones_that_of_more_work_is_taken(job):
    for code, epochs in ((OLD, 1), (OTHER, 2)):
        path, _ = left_by(job, code, epochs)
        changed(path, spent_seconds=100.0 * epochs)
    adopt([job], lambda one, other: True)
    assert len(checkpoints.about(checkpoints.path_of(job))["curve"]) == 2


def test_code_that_is_not_known_to_be_equal_is_named_with_its_work(job, capsys):
    path, _ = left_by(job, OTHER)
    changed(path, spent_seconds=5400.0)
    (left,) = adopt([job], is_old)
    assert (left.path, left.code, left.seconds) == (path, OTHER, 5400.0)
    assert path.exists() and not checkpoints.path_of(job).exists()
    with RunReport(Console(width=150)) as report:
        report.left([left])
    assert f"90 min of work by {left.commit}." in capsys.readouterr().err


def test_a_checkpoint_of_todays_code_comes_first(job):
    left_by(job, OLD, epochs=2)
    own, points = left_by(job, job.code)
    content = own.read_bytes()
    assert adopt([job], is_old) == []
    assert own.read_bytes() == content


@pytest.mark.parametrize("other", [{"key": "seed"}, {"mode": "deterministic"}, {"records": "starter-1"}])
def test_another_job_leaves_it_alone(job, other):
    path, _ = left_by(job, OLD)
    if "key" in other:
        mine = replace(job, key=job.key._replace(seed=1))
    elif "mode" in other:
        mine = replace(job, options=replace(job.options, deterministic=True))
    else:
        mine = replace(job, **other)
    assert adopt([mine], is_old) == []
    assert path.exists() and not checkpoints.path_of(mine).exists()


def test_weights_in_another_order_are_not_mixed_up(job):
    path, _ = left_by(job, OLD)
    changed(path, names=["reversed"])
    adopt([job], is_old)
    with pytest.warns(LeftOut, match="has the weights in another order.*; the work is done again"):
        assert last(train(job)).error == ""


def test_a_damaged_one_is_set_aside_and_not_used(job):
    path, _ = left_by(job, OLD)
    content = bytearray(path.read_bytes())
    content[len(content_of(path)) // 2] ^= 1
    path.write_bytes(content)
    with pytest.warns(LeftOut, match="damaged|changed|seal"):
        adopt([job], is_old)
    assert not checkpoints.path_of(job).exists()


def test_a_full_disk_ends_no_run(job, monkeypatch):
    path, _ = left_by(job, OLD)

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (left,) = adopt([job], is_old)
    assert left.path == path and path.exists()


def test_one_that_does_not_say_whose_it_is_costs_nothing(job):
    path, _ = left_by(job, OLD)
    with sealed_path(path) as temporary:
        np.savez(temporary, about=np.array(json.dumps({"curve": []})))
    assert adopt([job], is_old) == [] == waiting("starter-0")


def test_a_recheck_compares_the_code_of_a_checkpoint_too(job):
    table = load_table("starter")
    planned = table.plan(table.cells("1", "LeNet-style", "digits"))
    path, _ = left_by(replace(job, key=planned[0].key(0, 0, "tensorflow")), OTHER)
    begun = [RunRecord(one.key, {}, commit=one.commit, code=one.code) for one in waiting("starter-0")]
    (doubt,) = doubts(planned, begun, Rechecks([]))
    assert doubt.code == OTHER
