"""The public interface: what it names is there, and its frames have the columns of the commands."""

import json

from typer.testing import CliRunner

import retable
from benchmarks.cli.app import app
from tests.benchmarks.outside.conftest import write_paper


def test_every_public_name_is_there():
    assert all(hasattr(retable, name) for name in retable.__all__)


def test_verdicts_are_those_of_the_command():
    frame = retable.verdicts("lecun1989", table="text")
    shown = CliRunner().invoke(app, ["show", "lecun1989", "--table", "text", "--format", "json"]).stdout
    assert frame.to_dict("records")[0]["verdict"] == json.loads(shown)[0]["verdict"]
    assert len(frame) == len(json.loads(shown)) == len(retable.cells("lecun1989", table="text"))


def test_records_are_one_metric_a_line():
    frame = retable.records("lecun1989")
    assert set(frame.groupby("metric").size().index) >= {"test error", "training error"}
    assert {"seed", "fold", "backend", "device", "commit"} <= set(frame.columns)


def test_a_run_in_a_notebook_records_and_judges(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    write_paper(folder, "ea2026")
    frame = retable.run("ea2026", results=tmp_path)
    assert list(frame["n"]) == [2, 2, 0]
    assert list(frame["verdict"]) == ["reproduced", "reproduced", "not attempted"]


def test_groups_of_runs_are_compared():
    frame = retable.compare("zhang2015", "backend=tensorflow", "backend=jax", across=True, allow_stale=True)
    assert {"first_mean", "second_mean", "difference", "p"} <= set(frame.columns) and len(frame)
