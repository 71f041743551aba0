"""Where no bar can be drawn, a long job is not silent."""

import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from benchmarks import provenance
from benchmarks.cli import progress
from benchmarks.cli.progress import RunReport
from benchmarks.jobs import Job, Options
from benchmarks.table import load_table
from benchmarks.training.checkpoints import FORM, path_of
from results.records import EpochEnd, RunRecord

MINUTE = 60.0


@pytest.fixture
def job():
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), Options(9, lookalike=True))
    return Job(planned.key(0, 0, "tensorflow"), replace(planned.recipe, epochs=9), Options(9, lookalike=True))


class Log:
    """The lines of a run of two jobs by a clock of our own."""

    def __init__(self, job, monkeypatch, **settings):
        self.clock = SimpleNamespace(monotonic=lambda: self.clock.now, now=0.0)
        monkeypatch.setattr(progress, "time", self.clock)
        self.console = Console(file=io.StringIO(), width=150, force_terminal=settings.pop("has_bar", False))
        self.report = RunReport(self.console, **settings)
        self.key = job.key
        self.report.planned([replace(job, key=self.key._replace(seed=seed)) for seed in range(2)])

    def epoch(self, number, minute, seconds=2 * MINUTE, seed=0):
        self.clock.now = minute * MINUTE
        self.report.epoch(EpochEnd(self.key._replace(seed=seed), number, 0.51234, 76.2, seconds))

    def record(self, minute, seed=0, error=""):
        self.clock.now = minute * MINUTE
        key = self.key._replace(seed=seed)
        self.report.record(RunRecord(key, {"accuracy": 76.2}, epochs=9, seconds=1.0, error=error), [])

    def lines(self):
        return self.console.file.getvalue().splitlines()[1:]


@pytest.fixture
def log(job, monkeypatch):
    return Log(job, monkeypatch)


def test_a_line_comes_after_five_minutes_and_again(log):
    for number, minute in enumerate([2, 4, 6, 8, 10, 12], start=1):
        log.epoch(number, minute)
    assert log.lines() == [
        "LeNet-style / digits fold 0 seed 0: epoch 3 of 9, loss 0.512, valid 76.20, about 12 min left of this job",
        "LeNet-style / digits fold 0 seed 0: epoch 6 of 9, loss 0.512, valid 76.20, about 6 min left of this job",
    ]


def test_the_end_of_a_long_epoch_is_a_line(log):
    log.epoch(1, 7, seconds=7 * MINUTE)
    assert ["epoch 1 of 9" in line for line in log.lines()] == [True]


def test_of_two_jobs_at_once_none_is_forgotten(log):
    for minute in range(1, 9):
        log.epoch(minute, minute, seconds=MINUTE)
        log.epoch(minute, minute + 0.1, seconds=MINUTE, seed=1)
    assert [line.split(":")[0][-6:] for line in log.lines()] == ["seed 0", "seed 1"]


def test_a_short_job_has_no_line_of_its_epochs(log):
    for number in range(1, 10):
        log.epoch(number, number / 2, seconds=MINUTE / 2)
    log.record(4.6)
    for number in range(1, 10):
        log.epoch(number, 4.6 + number / 2, seconds=MINUTE / 2, seed=1)
    assert not any("epoch" in line for line in log.lines())


def test_epochs_of_a_checkpoint_are_not_those_of_now(log):
    log.record(20)
    for number in range(1, 6):  # they come at once
        log.epoch(number, 20.5, seconds=8 * MINUTE, seed=1)
    assert len(log.lines()) == 1
    log.epoch(6, 28.5, seconds=8 * MINUTE, seed=1)
    assert "seed 1: epoch 6 of 9" in log.lines()[1] and "about 24 min left of this job" in log.lines()[1]


def test_the_slow_first_epoch_decides_no_estimate(log):
    for number, (minute, seconds) in enumerate([(3, 180), (4, 60), (5, 60), (6, 60)], start=1):
        log.epoch(number, minute, seconds=seconds)
    assert log.lines()[-1].endswith("about 5 min left of this job")


def test_what_is_left_of_a_run_counts_the_epochs_of_all_jobs(log):
    for number in range(1, 10):
        log.epoch(number, number, seconds=MINUTE)
    for number in range(1, 7):
        log.epoch(number, 9, seconds=MINUTE, seed=1)
    log.record(10)
    assert log.lines()[-1].endswith("(1.0 s, about 2 min left)")


def test_epochs_of_a_checkpoint_take_no_time(job, home, monkeypatch):
    path = path_of(replace(job, key=job.key._replace(seed=1)))
    path.parent.mkdir(parents=True)
    facts = {"curve": [[number] for number in range(1, 7)], "versions": "of earlier libraries", "form": FORM}
    np.savez(path, about=np.array(json.dumps(facts)))
    assert Log(job, monkeypatch).console.file.getvalue() == "2 job(s) to run.\n"
    np.savez(path, about=np.array(json.dumps(facts | {"versions": provenance.versions()})))
    log = Log(job, monkeypatch)
    assert log.console.file.getvalue() == "2 job(s) to run, 1 of them from a checkpoint.\n"
    for number in range(1, 10):
        log.epoch(number, number, seconds=MINUTE)
    log.record(9)  # nine epochs of a minute each; of the other job three are left
    assert log.lines()[-1].endswith("(1.0 s, about 3 min left)")
    for number in range(1, 8):
        log.epoch(number, 10, seconds=MINUTE, seed=1)
    log.record(10, seed=1, error="ValueError: no")
    assert "left" not in log.lines()[-1]


def test_epochs_of_a_failed_job_are_not_counted_as_trained(log):
    for number in range(1, 4):
        log.epoch(number, number, seconds=MINUTE)
    log.record(3, error="ValueError: no")
    assert log.lines()[-1].endswith("(1.0 s, about 9 min left)")


@pytest.mark.parametrize("settings", [{"is_brief": True}, {"has_bar": True}])
def test_a_bar_and_a_night_need_no_such_lines(job, monkeypatch, settings):
    log = Log(job, monkeypatch, **settings)
    for number, minute in enumerate([6, 12], start=1):
        log.epoch(number, minute)
    assert not any(" of 9" in line for line in log.lines())
