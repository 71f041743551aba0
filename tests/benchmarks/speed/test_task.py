"""Benchmarks are found as files, take their own options, and publish only reports that count."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import provenance
from benchmarks.cli.app import main
from benchmarks.speed import tasks
from benchmarks.speed.processes import WholeTask
from benchmarks.speed.tables import document
from benchmarks.speed.task import load_task, report_path, run, task_names
from data_pipelines.dataset import DataError

NAP = '''"""A nap."""
import time
from functools import partial
from benchmarks.speed.processes import Case, WholeTask
TASK = WholeTask(what="a short nap", cases=lambda folder: [Case("asleep", partial(time.sleep, 0.01))])
'''


def test_a_new_benchmark_is_one_file(tmp_path, monkeypatch, capsys):
    (tmp_path / "nap.py").write_text(NAP)
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(tmp_path)])
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))
    assert "### `retable bench nap`\n\nA nap.\n\nNot measured yet." in document(tmp_path)
    monkeypatch.setattr(sys, "argv", ["retable", "bench", "NAP", "--repeats", "2"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code, capsys.readouterr().out.split()[-1]) == (0, f"{tmp_path}/trial/speed/nap.json.")
    report = json.loads((tmp_path / "trial/speed/nap.json").read_text())
    assert (report["commit"], report["versions"]) == (provenance.commit(), provenance.versions())
    assert report["costs"][0]["seconds"] > 0.01
    assert "a short nap; " in document(tmp_path / "trial/speed")


def test_a_benchmark_names_the_options_that_it_has():
    with pytest.raises(DataError, match="no option --teraflops. It has: --repeats."):
        run(load_task("sound"), {"repeats": 3, "teraflops": 2})


@pytest.mark.parametrize(
    ("name", "options", "is_clean", "folder"),
    [
        ("sound", {}, True, "speed"),
        ("sound", {"repeats": 3}, True, "speed"),
        ("sound", {"repeats": 2}, True, "trial/speed"),
        ("systems", {"repeats": 1}, True, "speed"),
        ("sound", {}, False, "trial/speed"),
        ("text", {"repeats": 2}, True, "trial/speed"),
        ("estimate", {}, True, "speed"),
        ("estimate", {"teraflops": 5.0}, True, "trial/speed"),
    ],
)
def test_a_report_counts_with_clean_code_enough_repeats_and_no_other_option(
    name, options, is_clean, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(provenance, "is_clean", lambda: is_clean)
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))
    assert report_path(name, options) == tmp_path / folder / f"{name}.json"


def test_the_document_has_every_line_of_every_report():
    folder = Path(__file__).parents[3] / "results/speed"
    measured = {path.stem for path in folder.glob("*.json")}
    assert measured <= set(task_names())
    _, *sections = document(folder).split("### `retable bench ")
    assert sorted(section.split("`")[0] for section in sections) == task_names()
    for section in sections:
        name = section.split("`")[0]
        if name not in measured:
            assert "\n\nNot measured yet.\n" in section
            continue
        report = json.loads((folder / f"{name}.json").read_text("utf-8"))
        assert f"\n{report['what']}; " in section
        entries = next(report[kind] for kind in ("speeds", "costs", "estimates", "runs") if report.get(kind))
        for entry in entries:
            assert f"\n|{entry.get('system') or entry.get('row') or entry['run']}|" in section


def test_relative_times_compare_cases_on_the_same_input():
    costs = [
        {"system": "", "seconds": seconds, "fastest": 1.0, "slowest": 9.0, "peak_megabytes": 10}
        for seconds in (8.0, 2.0, 4.0, 5.0)
    ]
    amounts = [(80, "MB"), (8, "MB"), (80, "MB")]  # the last case is estimated
    task = WholeTask(what="", cases=lambda folder: [])
    rows = [task.rows({"costs": costs, "amounts": found}) for found in (amounts, [])]
    times = [[row["relative time, same input"] for row in found] for found in rows]
    assert times == [["1.00", "1.00", "0.50", ""], ["1.00", "0.25", "0.50", "0.62"]]
