"""retable compare: formats, exit codes, and records from MLflow."""

import csv
import io
import json
from dataclasses import replace

import pytest

from benchmarks.cli.app import app
from benchmarks.signals import Status
from benchmarks.table import load_table
from results.ledger import ResultsError
from results.records import Digests, RecordFiles, RunRecord
from results.tracking.tracker import Tracker

KIM = load_table("kim2014")
SHIFTS = [0.1, -0.2, 0.3, 0.0, -0.1]


def record(value: float, seed: int, backend: str, **changes) -> RunRecord:
    (planned,) = KIM.plan(KIM.cells("2", "CNN-rand", "TREC"))
    moment = f"2026-11-{20 + seed:02} {value}"
    made = RunRecord(planned.key(0, seed, backend), {"test accuracy": value}, finished=moment, code=planned.code)
    return replace(made, **changes)


@pytest.fixture
def folder(tmp_path):
    """Return a folder in which JAX is two points worse than TensorFlow on TREC."""
    return filled(tmp_path)


def filled(folder, of_tensorflow=None, **of_jax):
    files = RecordFiles("kim2014", folder)
    for seed, shift in enumerate(SHIFTS):
        files.append(record(91 + shift, seed, "tensorflow", **(of_tensorflow or {})))
        files.append(record(89 + 1.1 * shift, seed, "jax", **of_jax))
    return folder


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
    assert (row["column"], row["pairs"], row["second_is"]) == ("TREC", 5, "worse")
    assert (row["first"]["verdict"], row["second"]["verdict"]) == ("reproduced", "worse")
    run("--table", 2, "--results", folder, "--format", "csv")
    (line,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert float(line["first_mean"]) == row["first"]["mean"]
    assert [float(line["first_interval_low"]), float(line["first_interval_high"])] == row["first"]["interval"]
    run("--results", folder, "--format", "markdown")
    assert "|TREC|test accuracy|91.2|91.02, sd 0.19, interval 90.76 to 91.28|5|" in capsys.readouterr().out
    run("--results", folder)
    assert "no difference" not in capsys.readouterr().out


def test_fail_on_worse(folder, capsys):
    assert run("--results", folder, "--fail-on", "worse") == 1
    assert run("--results", folder, "--fail-on", "never") == 0


def test_a_gate_without_evidence_is_closed(tmp_path, capsys):
    files = RecordFiles("kim2014", tmp_path)
    for seed in (0, 1):
        files.append(record(91 + seed, seed, "tensorflow"))
        files.append(record(92 + seed, seed, "jax"))
    assert run("--results", tmp_path, "--fail-on", "worse") == Status.NO_EVIDENCE
    assert "too few pairs of kim2014 2 / CNN-rand / TREC" in capsys.readouterr().err


def test_a_gate_is_closed_by_a_cell_that_one_group_lacks(tmp_path, capsys):
    files = RecordFiles("kim2014", tmp_path)
    for seed in range(5):
        files.append(record(91 + seed, seed, "tensorflow"))
    assert run("--results", tmp_path, "--fail-on", "worse") == Status.NO_EVIDENCE
    (planned,) = KIM.plan(KIM.cells("2", "MNB", "MR"))
    for seed in range(5):
        key = planned.key(0, seed, "jax")
        files.append(record(92 + seed, seed, "jax"))
        files.append(RunRecord(key, {"test accuracy": 79.0}, finished=str(seed), code=planned.code))
    assert run("--results", tmp_path, "--fail-on", "worse") == Status.NO_EVIDENCE
    assert "too few pairs of kim2014 2 / MNB / MR" in capsys.readouterr().err
    assert run("--results", tmp_path, "--row", "CNN-rand", "--fail-on", "worse") == Status.DONE


OTHER = Digests("a", "b", "c")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"code": OTHER, "commit": "c0ffee"}, "code:  and c0ffee"),
        ({"data_hash": "abc"}, "data:  and abc"),
        ({"device": "Some GPU"}, "device:  and Some GPU"),
        ({"versions": "python 3.12 retable 9 keras 4"}, "python: 3.11 and 3.12; keras: 3 and 4"),
    ],
)
def test_groups_that_differ_in_more_than_the_condition_are_refused(tmp_path, changes, what, capsys):
    before = {"versions": "python 3.11 retable 1 keras 3"}
    filled(tmp_path, before, **(before | changes))
    with pytest.raises(ResultsError, match="differ in more than their conditions: ") as refused:
        run("--results", tmp_path, "--allow-stale")
    assert f"conditions: {what}. --across" in str(refused.value)
    assert run("--results", tmp_path, "--allow-stale", "--across") == 0
    assert "They differ in" in capsys.readouterr().out


def test_stale_runs_are_refused(tmp_path):
    filled(tmp_path, code=OTHER, commit="c0ffee")
    with pytest.raises(ResultsError, match="^5 of the runs are stale: .* since commit c0ffee"):
        run("--results", tmp_path)


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
    assert json.loads(capsys.readouterr().out)[0]["pairs"] == 4
