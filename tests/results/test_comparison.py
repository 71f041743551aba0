"""Two groups of runs: selection, the paired tests by hand, and the command."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest
from scipy import stats

from benchmarks.cli.app import app
from benchmarks.recipe import fingerprint
from benchmarks.table import load_table
from results.comparison import compare, paired_p_value, select
from results.ledger import ResultsError
from results.metrics import ACCURACY, Metric
from results.published import Cell
from results.records import JobKey, RecordFiles, RunRecord
from results.tracking import Tracker
from results.verdicts import Answer

CELL = Cell("kim2014", "2", "CNN-rand", "TREC", ACCURACY, 91.2, 1.5)
SHIFTS = [0.1, -0.2, 0.3, 0.0, -0.1]


def record(value: float, seed: int, fold: int = 0, backend: str = "tensorflow", mark: str = "f") -> RunRecord:
    key = JobKey("kim2014", "2", "CNN-rand", "TREC", fold, seed, backend, mark, 1)
    moment = f"2026-11-{20 + seed:02}T{fold:02} {value}"
    return RunRecord(key, {"test accuracy": value}, device="Some GPU", commit=f"c{seed}", finished=moment)


@pytest.mark.parametrize(
    ("condition", "seeds"),
    [
        ("all", [0, 1, 2]),
        ("commit=c1", [1]),
        ("date=2026-11-2", [0, 1, 2]),
        ("date=2026-11-22", [2]),
        ("device=gpu,commit=c2", [2]),
        ("backend=jax", []),
    ],
)
def test_select(condition, seeds):
    assert [found.key.seed for found in select([record(90, seed) for seed in range(3)], condition)] == seeds


@pytest.mark.parametrize("condition", ["backend", "colour=red", "backend=jax,", "commit=", ""])
def test_a_condition_of_another_form(condition):
    with pytest.raises(ResultsError, match="is no condition. Expected all, or one or more of backend=..."):
        select([], condition)


def test_seeds_get_the_paired_t_test():
    first = [record(90 + shift, seed) for seed, shift in enumerate(SHIFTS)]
    second = [record(90.5 - shift, seed) for seed, shift in enumerate(SHIFTS)]
    found = compare(CELL, first, second[:-1], folds=1, runs=5)
    expected = stats.ttest_rel([90.5 - s for s in SHIFTS[:-1]], [90 + s for s in SHIFTS[:-1]])
    assert found.pairs == 4
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.first.answer, found.second.answer) == (Answer.REPRODUCED, Answer.INCOMPLETE)


def test_folds_get_the_correction_of_nadeau_and_bengio():
    differences = [0.5, 0.2, 0.9, -0.1, 0.4, 0.3, 0.6, 0.1, 0.2, 0.4]
    first = [record(80, 0, fold) for fold in range(10)]
    second = [record(80 + d, 0, fold) for fold, d in enumerate(differences)]
    found = compare(CELL, first, second, folds=10, runs=3)
    t = stats.tmean(differences) / math.sqrt((1 / 10 + 1 / 9) * stats.tvar(differences))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 9))
    assert found.p_value > stats.ttest_1samp(differences, 0).pvalue


@pytest.mark.parametrize(
    ("metric", "change", "answer"),
    [("higher", 1, "better"), ("higher", -1, "worse"), ("lower", 1, "worse"), ("exact", 1, "differs")],
)
def test_answers_follow_the_metrics_direction(metric, change, answer):
    cell = CELL._replace(metric=Metric("test accuracy", "%", metric))
    first = [record(90 + shift, seed) for seed, shift in enumerate(SHIFTS)]
    second = [record(90 + change + 1.1 * shift, seed) for seed, shift in enumerate(SHIFTS)]
    assert compare(cell, first, second, folds=1, runs=5).answer == answer


def test_without_a_difference_or_pairs_it_says_so():
    assert compare(CELL, [record(90, 0)], [record(90, 1)], folds=1, runs=5).answer == "too few pairs"
    same = [[replace(record(90, seed), finished=moment) for seed in range(3)] for moment in "ab"]
    assert compare(CELL, *same, folds=1, runs=5).answer == "no difference shown"
    assert [paired_p_value([step] * count, 0) for step, count in ((1.0, 2), (0.0, 3), (1.0, 3))] == [None, 1, 0]


def test_groups_share_no_run():
    with pytest.raises(ResultsError, match="1 run.s. of kim2014 2 / CNN-rand / TREC are in both groups"):
        compare(CELL, [record(90, 0)], [record(90, 0), record(91, 1)], folds=1, runs=5)


def test_a_system_without_randomness_differs_by_any_difference():
    exact = CELL._replace(metric=Metric("test accuracy", "", "exact"))
    answers = [
        compare(exact, [record(9, 0)], [record(value, 0, 0, "jax")], folds=1, runs=1).answer for value in (9, 8)
    ]
    assert answers == ["equal", "differs"]


def test_backends_are_not_mixed():
    mixed = [record(90, 0), record(90, 1, backend="jax")]
    with pytest.raises(ResultsError, match="runs on jax and tensorflow. Add backend="):
        compare(CELL, mixed, [record(91, 0)], folds=1, runs=5)


@pytest.fixture
def folder(tmp_path):
    """Return a folder where jax is two points worse than TensorFlow on TREC."""
    table = load_table("kim2014")
    mark = fingerprint(table.recipe(table.cells("2", "CNN-rand", "TREC")[0]))
    files = RecordFiles("kim2014", tmp_path)
    for seed, shift in enumerate(SHIFTS):
        files.append(record(91 + shift, seed, mark=mark))
        files.append(record(89 + 1.1 * shift, seed, backend="jax", mark=mark))
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
