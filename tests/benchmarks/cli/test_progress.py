"""Where no bar can be drawn, a long job is not silent."""

import io
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rich.console import Console

from benchmarks.cli import progress
from benchmarks.cli.progress import RunReport
from benchmarks.jobs import Job, Options
from benchmarks.table import load_table
from results.records import EpochEnd, RunRecord

MINUTE = 60.0


@pytest.fixture
def job():
    table = load_table("starter")
    (planned,) = table.plan(table.cells("1", "LeNet-style", "digits"), Options(9, lookalike=True))
    return Job(planned.key(0, 0, "tensorflow"), replace(planned.recipe, epochs=9), Options(9, lookalike=True))


def said(job, monkeypatch, minutes, *, record_after=None, **settings):
    """Return the lines of a job whose epochs end after these minutes."""
    clock = SimpleNamespace(monotonic=lambda: clock.now, now=0.0)
    monkeypatch.setattr(progress, "time", clock)
    console = Console(file=io.StringIO(), width=150, force_terminal=settings.pop("has_bar", False))
    with RunReport(console, **settings) as report:
        report.planned([job])
        for number, minute in enumerate(minutes, start=1):
            clock.now = minute * MINUTE
            report.epoch(EpochEnd(job.key, number, 0.51234, 76.2, 2 * MINUTE))
            if number == record_after:
                report.record(RunRecord(job.key, {"accuracy": 76.2}, epochs=9, seconds=1.0), [])
    return console.file.getvalue().splitlines()[1:]


def test_a_line_comes_after_five_minutes_and_again(job, monkeypatch):
    assert said(job, monkeypatch, [1, 4, 6, 8, 10, 12]) == [
        "LeNet-style / digits fold 0 seed 0: epoch 3 of 9, loss 0.512, valid 76.20 (about 12 min left)",
        "LeNet-style / digits fold 0 seed 0: epoch 6 of 9, loss 0.512, valid 76.20 (about 6 min left)",
    ]


def test_the_line_of_a_job_counts_too(job, monkeypatch):
    first, second = said(job, monkeypatch, [4, 6, 8, 11.5], record_after=1)
    assert first.startswith("[1/1]") and "epoch 4 of 9" in second


@pytest.mark.parametrize("settings", [{"is_brief": True}, {"has_bar": True}])
def test_a_bar_and_a_night_need_no_such_lines(job, monkeypatch, settings):
    assert not any(" of 9" in line for line in said(job, monkeypatch, [6, 12], **settings))
