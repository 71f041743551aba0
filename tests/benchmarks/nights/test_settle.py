"""Open cells are trained look by look; settled ones and systems without randomness are not."""

import time
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.settle import settle
from benchmarks.reproduce import verdicts
from benchmarks.signals import Status
from benchmarks.table import load_table
from results.records import RecordFiles, RunRecord


def trained(spread: float, mean: float = 80.0, before=()):
    """Settle MNB on CR, printed as 80.0 with a margin of 1.5; return the runs that each look asked for.

    `before` are the values of runs of other code.
    """
    table = load_table("kim2014")
    planned = table.plan(table.cells("2", "MNB", "CR"))
    planned = [
        replace(one, recipe=replace(one.recipe, dataset=replace(one.recipe.dataset, folds=1))) for one in planned
    ]
    old = [planned[0].key(0, seed, "tensorflow") for seed in range(len(before))]
    records = [RunRecord(key, {"test accuracy": value}) for key, value in zip(old, before, strict=True)]
    asked = []

    def train(cells, runs):
        asked.append(runs)
        for seed in range(runs):
            value = mean + spread * (-1) ** seed
            key = planned[0].key(0, seed, "tensorflow")
            records.append(RunRecord(key, {"test accuracy": value}, finished=str(seed), code=planned[0].code))

    settle(planned, lambda cells: verdicts(cells, records), train, print)
    return asked


@pytest.mark.parametrize(("spread", "looks"), [(0.1, [3]), (0.9, [3, 6]), (3.0, [3, 6, 12])])
def test_open_cells_are_trained_look_by_look(spread, looks):
    assert trained(spread) == looks


def test_what_is_settled_beyond_the_margin_is_not_trained_again():
    assert trained(0.1, mean=70.0) == [3]


@pytest.mark.parametrize("value", [80.0, 70.0, 78.5])
def test_what_changed_code_had_settled_or_not_is_trained_from_the_first_look_on(value):
    assert trained(0.1, before=[value, value + 0.1, value - 0.1]) == [3]


def test_a_system_without_randomness_is_not_trained(capsys):
    table = load_table("lecun1998")
    planned = table.plan(table.cells("MNIST", "K-NN Euclidean", "none"))
    settle(planned, lambda cells: verdicts(cells, []), lambda cells, runs: pytest.fail("trained"), print)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(planned) + 1
    assert "has no randomness: more runs would give the same number." in lines[0]


def until_settled(monkeypatch, folder, runner, *options: str):
    """Run the command on the starter's word2vec with another runner."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setattr("benchmarks.cli.run.choose_runner", lambda *where: runner)
    place = ("starter", "--row", "word2vec", "--lookalike", "--results", str(folder))
    result = CliRunner().invoke(app, ["run", *place, "--until-settled", *options])
    return result, RecordFiles("starter", folder / "trial").records()


def instantly(jobs):
    for job in jobs:
        metrics = {"rank correlation": 0.1 * job.key.seed}
        yield RunRecord(job.key, metrics, finished=str(job.key.seed), code=job.code)


def after_a_minute(jobs):
    for job in jobs:
        time.sleep(60)
        yield RunRecord(job.key, {})


def test_a_settled_command_ends_with_0_and_trains_nothing_when_it_comes_again(tmp_path, monkeypatch):
    result, records = until_settled(monkeypatch, tmp_path, instantly)
    assert (result.exit_code, len(records)) == (Status.DONE, 5), result.output
    result, records = until_settled(monkeypatch, tmp_path, instantly)
    assert (result.exit_code, len(records)) == (Status.DONE, 5)
    assert "Nothing was trained" in result.output


def test_a_command_whose_hours_are_over_ends_with_3(tmp_path, monkeypatch):
    result, records = until_settled(monkeypatch, tmp_path, after_a_minute, "--hours", "0.001")
    assert (result.exit_code, records) == (Status.STOPPED, [])
    assert "the same command continues from here" in result.output


def test_a_failed_job_ends_the_command_with_1(tmp_path, monkeypatch):
    def broken(jobs):
        yield from (RunRecord(job.key, {}, error="MemoryError: no") for job in jobs)

    result, _ = until_settled(monkeypatch, tmp_path, broken)
    assert result.exit_code == Status.FAILED
