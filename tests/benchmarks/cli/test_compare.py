"""retable compare: formats, exit codes, and records from MLflow."""

import csv
import io
import json

import pytest

from benchmarks.cli.app import app
from benchmarks.recipe import fingerprint
from benchmarks.table import load_table
from results.ledger import ResultsError
from results.records import JobKey, RecordFiles, RunRecord
from results.tracking import Tracker

SHIFTS = [0.1, -0.2, 0.3, 0.0, -0.1]


def record(value: float, seed: int, backend: str, mark: str) -> RunRecord:
    key = JobKey("kim2014", "2", "CNN-rand", "TREC", 0, seed, backend, mark, 1)
    return RunRecord(key, {"test accuracy": value}, finished=f"2026-11-{20 + seed:02} {value}")


@pytest.fixture
def folder(tmp_path):
    """Return a folder in which JAX is two points worse than TensorFlow on TREC."""
    table = load_table("kim2014")
    mark = fingerprint(table.recipe(table.cells("2", "CNN-rand", "TREC")[0]))
    files = RecordFiles("kim2014", tmp_path)
    for seed, shift in enumerate(SHIFTS):
        files.append(record(91 + shift, seed, "tensorflow", mark))
        files.append(record(89 + 1.1 * shift, seed, "jax", mark))
    return tmp_path


def run(*arguments: object) -> int:
    """Run the command in this process and return its exit code."""
    try:
        app(["compare", "kim2014", "backend=tensorflow", "backend=jax", *map(str, arguments)], prog_name="retable")
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_formats(folder, capsys):
    assert run("--table", 2, "--results", folder, "--format", "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["column"], row["pairs"], row["second is"]) == ("TREC", "5", "worse")
    assert (row["first verdict"], row["second verdict"]) == ("reproduced", "worse")
    run("--table", 2, "--results", folder, "--format", "csv")
    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out))) == [row]
    run("--results", folder, "--format", "markdown")
    assert "|TREC|test accuracy|91.2|" in capsys.readouterr().out
    run("--results", folder)
    assert "no difference" not in capsys.readouterr().out


def test_fail_on_worse(folder, capsys):
    assert run("--results", folder, "--fail-on", "worse") == 1
    assert run("--results", folder, "--fail-on", "never") == 0


def test_nothing_to_compare(tmp_path):
    with pytest.raises(ResultsError, match="No cell has runs in both groups: 0 and 0 runs were chosen"):
        run("--results", tmp_path)


def test_mlflow_gives_the_same_answer_as_the_files(folder, capsys):
    table = load_table("kim2014")
    cell = table.cells("2", "CNN-rand", "TREC")[0]
    tracker = Tracker("kim2014", folder, pytest.fail)
    for found in RecordFiles("kim2014", folder).records():
        assert tracker.send(cell, found, [], {})
    run("--table", 2, "--results", folder, "--format", "csv")
    from_files = capsys.readouterr().out
    run("--table", 2, "--results", folder, "--format", "csv", "--from", "mlflow")
    assert capsys.readouterr().out == from_files
    run("--results", folder, "--format", "json", "--from", "mlflow", "--where", "tags.seed != '0'")
    assert json.loads(capsys.readouterr().out)[0]["pairs"] == "4"
