"""Whole nights of arithmetic: silent ones, an unexplained difference, and clocks that are wrong."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.plan import Stop
from benchmarks.nights.series.kept import KeptNights
from benchmarks.nights.series.watch import Clock
from benchmarks.runners.places import run_here
from benchmarks.signals import Status
from results.records import RunRecord

PLAN = """
hours = 1
recheck = "1 hour"
{more}

[[run]]
paper = "lectures"
table = "004"
row = "CS231n filter, shape"
"""


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path / "all"))
    monkeypatch.setattr("benchmarks.cli.nightly.run_apart", here)
    monkeypatch.setattr("benchmarks.provenance.is_clean", lambda: True)  # whoever changes code tests it first
    (tmp_path / "plan.toml").write_text(PLAN.format(more=""))
    return tmp_path / "plan.toml"


def night(plan) -> tuple[int, list[str]]:
    """Run a night; return its status, and its words from the summary on."""
    result = CliRunner().invoke(app, ["nightly", str(plan)])
    assert "Night: " in result.output, result.output + str(result.exception)
    return result.exit_code, result.output.partition("Night: ")[2].splitlines()


def last(plan) -> dict:
    return KeptNights.of_plan(plan.parent / "all", plan).summaries()[-1]


def here(job, threads):
    """Run a job in this process: another one would take seconds to start."""
    return run_here([job])


def altered(job, threads):
    """Run a job, whose numbers are others than before."""
    for event in here(job, threads):
        if isinstance(event, RunRecord):
            event = replace(event, metrics={name: value + 1 for name, value in event.metrics.items()})
        yield event


def broken(job, threads):
    yield RunRecord(job.key, {}, error="its process was killed, twice")


def test_equal_nights_say_nothing_and_other_numbers_come_first(plan, monkeypatch):
    for number in (1, 2):
        status, said = night(plan)
        assert (status, last(plan)["night"]) == (Status.DONE, number)
        assert said[1] == "Reruns: 1, 1 equal in all bits." and said[2].startswith("Verdicts: ")
    monkeypatch.setattr("benchmarks.cli.nightly.run_apart", altered)
    status, said = night(plan)
    assert status == Status.FAILED  # without randomness, any difference is one
    assert said[1].startswith("Alarm: lectures 004 / CS231n filter, shape")
    assert "although nothing changed. By 1 pair(s)" in said[1]
    (gate,) = [line for line in said if line.startswith("Gate: ")]
    assert "(regressed)" in gate and last(plan)["regressed"]
    monkeypatch.setattr("benchmarks.cli.nightly.run_apart", broken)
    status, said = night(plan)
    assert status == Status.FAILED
    assert any("rerun of lectures/004" in line and "was killed, twice" in line for line in said)
    shown = CliRunner().invoke(app, ["nights", str(plan)], env={"COLUMNS": "80"}).output
    assert "closed" in shown and "although nothing changed" in shown


def late(job, threads):
    raise Stop("its 1 hours were over")
    yield


def test_a_night_that_ends_during_reruns_says_so(plan, monkeypatch):
    night(plan)
    monkeypatch.setattr("benchmarks.cli.nightly.run_apart", late)
    status, said = night(plan)
    assert status == Status.STOPPED
    assert "Stopped: its 1 hours were over; the next night continues." in said
    plan.write_text(PLAN.format(more="").replace("recheck", "# recheck"))
    assert night(plan)[0] == Status.DONE


def test_a_clock_that_changes_spoils_no_series(plan, monkeypatch):
    night(plan)

    class Wrong(datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime(1970, 1, 2, tzinfo=UTC)

    monkeypatch.setattr("benchmarks.nights.series.watch.datetime", Wrong)
    assert night(plan)[0] == Status.DONE
    found = last(plan)
    assert (found["night"], found["date"], found["reruns"]["equal"]) == (2, "1970-01-02", 1)
    assert 0 <= found["hours"] < 1
    assert Clock().seconds >= 0


def test_a_baseline_that_no_night_has_ends_the_night_before_it_trains(plan):
    night(plan)
    plan.write_text(PLAN.format(more='baseline = "2020-01-01"'))
    result = CliRunner().invoke(app, ["nightly", str(plan)])
    assert "baseline is '2020-01-01', and no night has this date or commit. Known: " in str(result.exception)
    plan.write_text(PLAN.format(more=f"baseline = {last(plan)['date']}"))
    assert night(plan)[0] == Status.DONE
    assert last(plan)["baseline"]["night"] == 1


def test_the_summary_is_plain_data(plan):
    result = CliRunner().invoke(app, ["nightly", str(plan), "--format", "json"])
    assert json.loads(result.stdout) == last(plan)


def test_a_night_that_breaks_off_is_named_by_the_next_one(plan, monkeypatch):
    def broken(jobs):
        raise SystemExit  # what a kill leaves behind, too
        yield

    class Still(datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(2026, 11, 30, 1, 30, tzinfo=UTC)

    monkeypatch.setattr("benchmarks.nights.series.watch.datetime", Still)  # all in one second
    with monkeypatch.context() as during:
        during.setattr("benchmarks.cli.nightly.choose_runner", lambda *where: broken)
        assert "Night: " not in CliRunner().invoke(app, ["nightly", str(plan)]).output
    (began,) = KeptNights.of_plan(plan.parent / "all", plan).unended()
    _, words = night(plan)
    assert words[1] == f"Before it, the night that began {began} has no summary: it was killed, or broke off."
    assert last(plan)["unended"] == began
    _, words = night(plan)
    assert last(plan)["unended"] == "" and "Before it" not in words[1]
