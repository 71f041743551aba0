"""Summaries of nights: kept, never overwritten, and printed as a row."""

import json

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.series.journal import Journal, Kind
from benchmarks.nights.series.kept import KeptNights
from benchmarks.nights.series.watch import Watch
from results.locks import acquired
from tests.support.nights import cell_of, entry, plan_at, summary, verdict_then


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))
    said = []
    found = KeptNights.of_plan(tmp_path, plan_at(tmp_path))
    return KeptNights(found.folder, said.append), said


def test_nights_of_one_date_have_numbers_and_none_is_overwritten(kept):
    nights, said = kept
    for number in (1, 2, 3):
        nights.write(summary(number, "2026-11-29"))
    names = [path.name for path in sorted(nights.folder.iterdir())]
    assert names == ["2026-11-29-2.json", "2026-11-29-3.json", "2026-11-29.json"]
    assert [one["night"] for one in nights.summaries()] == [1, 2, 3]
    assert said == []


def test_the_order_is_that_of_the_nights_whatever_the_clock_said(kept):
    nights, _ = kept
    for number, day in ((1, "2026-11-29"), (2, "1970-01-01"), (3, "2038-01-19"), (4, "2026-11-30")):
        nights.write(summary(number, day))
    assert [one["date"][:4] for one in nights.summaries()] == ["2026", "1970", "2038", "2026"]


def test_torn_and_foreign_files_are_named_and_skipped(kept):
    nights, said = kept
    nights.write(summary(1))
    for name, text in (("torn", '{"night": 1,'), ("list", "[]"), ("foreign", '{"a": 1}'), ("date", "{}")):
        (nights.folder / f"{name}.json").write_text(text)
    wrong = summary(2) | {"date": "yesterday"}
    (nights.folder / "wrong.json").write_text(json.dumps(wrong))
    assert [one["night"] for one in nights.summaries()] == [1]
    assert len(said) == 5 and all("it is skipped" in line for line in said)


def test_the_one_file_of_earlier_versions_is_read_and_moved(kept):
    nights, _ = kept
    old = {
        "started": "2026-10-01T01:30:00+00:00",
        "new runs": 4,
        "verdicts": {"worse": 1},
        "gate": [],
        "cells": [],
    }
    nights.old_file.parent.mkdir(parents=True)
    nights.old_file.write_text(json.dumps(old))
    (found,) = nights.summaries()
    assert (found["night"], found["date"], found["commit"], found["new runs"]) == (0, "2026-10-01", "", 4)
    nights.adopt()
    assert [path.name for path in nights.folder.iterdir()] == ["2026-10-01.json"]
    assert nights.summaries() == [found]


def test_a_night_that_was_killed_keeps_its_number_if_it_left_a_run(kept):
    nights, _ = kept
    nights.write(summary(1))
    assert Watch(None, nights, nights.folder, None).number == 2
    Journal(nights.folder).append([entry(cell_of(), 2, Kind.RERUN, 0)])  # and then SIGKILL: no summary
    with Journal(nights.folder).ledger.path.open("a") as stream:
        stream.write("2,rerun,kim")
    assert Watch(None, nights, nights.folder, None).number == 3


def test_a_night_without_a_summary_is_named_until_the_next_one_has_one(kept, tmp_path):
    nights, _ = kept
    began = "2026-11-29T01:30:00+00:00"
    nights.begin(began)
    assert f"the night that began {began} has no summary" in shown(tmp_path)
    with acquired(nights.lock):
        assert f"A night is running since {began}." in shown(tmp_path)
    nights.write(summary(1, unended=began))
    assert nights.unended() == []
    (line,) = [line for line in shown(tmp_path).splitlines() if began in line]
    assert line.startswith("- Night 1 of 2026-11-01, commit c0ffee: before it, the night that began")


def test_nights_that_were_killed_one_after_the_other_are_all_named(kept, tmp_path):
    nights, _ = kept
    for day in ("27", "28", "28", "29"):  # a night that is closed a second time begins once
        nights.begin(f"2026-11-{day}")
    assert nights.unended() == ["2026-11-27", "2026-11-28", "2026-11-29"]
    assert "3 nights that began from 2026-11-27 to 2026-11-29 have no summary" in shown(tmp_path)


def test_whoever_cannot_write_to_a_folder_reads_its_nights(kept, tmp_path, monkeypatch):
    nights, _ = kept
    nights.begin("2026-11-27")

    def refused(path, timeout):
        raise PermissionError

    monkeypatch.setattr("benchmarks.nights.plan.acquired", refused)
    assert "it is running, was killed, or broke off" in shown(tmp_path)


def shown(folder, *options) -> str:
    result = CliRunner().invoke(app, ["nights", str(folder / "plan.toml"), *options], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_plan_without_nights_has_a_line(kept, tmp_path):
    assert shown(tmp_path).startswith("No night of ")
    assert json.loads(shown(tmp_path, "--format", "json")) == []
    result = CliRunner().invoke(app, ["nights", str(tmp_path / "other.toml")])
    assert "There is no plan" in str(result.exception)


def test_the_series_names_what_turned(kept, tmp_path):
    nights, _ = kept
    cost = {"cell": "a", "kind": "rerun", "jobs": 3, "seconds": 10.0, "memory": 100.0}
    nights.write(summary(1, costs=[cost], **{"new runs": 5, "exit code": 0}))
    turn = "kim2014 2 / CNN-rand / TREC, test accuracy: reproduced -> worse"
    slow = {**cost, "seconds": 15.0}
    step = {"cell": "a", "kind": "rerun", "quantity": "seconds", "before": 12.3, "after": 24.8}
    step |= {"night": 2, "date": "2026-11-02", "commit": "bad", "changed": ""}
    closed = {"gate": [turn], "turned": [turn], "regressed": [turn], "exit code": 1}
    nights.write(
        summary(2, costs=[slow], commit="bad", steps=[step], reruns={"jobs": 3, "different": 2}, **closed)
    )
    text = shown(tmp_path)
    assert "closed" in text and "+50 %" in text
    assert f"- Night 2 of 2026-11-02, commit bad: {turn}" in text
    assert "a: from 12.3 s to 24.8 s since night 2 of 2026-11-02, commit bad" in text
    assert max(map(len, text.splitlines()[:6])) <= 80
    first, second = json.loads(shown(tmp_path, "--format", "json"))
    assert (first["new_runs"], second["relative_seconds"], second["turned"]) == (5, 1.5, [turn])
    assert "2026-11-02" in shown(tmp_path, "--format", "csv")


def test_old_verdicts_are_those_of_cells(kept):
    nights, _ = kept
    nights.write(summary(1, cells=[verdict_then(cell_of(), "reproduced")]))
    assert nights.summaries()[0]["cells"][0]["verdict"] == "reproduced"


def test_a_rehearsal_is_not_called_an_open_gate(kept, tmp_path):
    nights, _ = kept
    nights.write(summary(1, evidence=0, **{"exit code": 0}))
    assert "open, rehearsal" in shown(tmp_path)
