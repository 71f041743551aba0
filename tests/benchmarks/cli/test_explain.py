"""retable explain, with numbers that are computed instead of trained."""

import csv
import io
import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.cli import explain
from benchmarks.cli.app import app
from benchmarks.nights.plan import Stop
from benchmarks.reporting import paper_page
from benchmarks.table import UnknownName, load_table
from data_pipelines.dataset import DataError
from results.explanations.store import keep, kept
from results.ledger import ResultsError
from results.metrics import ACCURACY
from results.records import RecordFiles, RunRecord

CELL = ("kim2014", "--table", "2", "--row", "CNN-rand", "--column", "TREC")


def invoke(*arguments: str):
    return CliRunner(env={"COLUMNS": "250"}).invoke(app, ("explain", *arguments))


def computed(jobs):
    for job in jobs:
        recipe, rng = job.recipe, np.random.default_rng([job.key.seed, *job.key.fingerprint.encode()])
        epoch_change = -4.0 if recipe.epochs == 12 else 0.0
        value = 95.0 + epoch_change + rng.normal(0, 0.2)
        yield RunRecord(job.key, {ACCURACY.name: value}, seconds=60.0, finished="2026", code=job.code)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with five runs of a cell, and a runner that trains nothing."""
    monkeypatch.setattr(explain, "choose_runner", lambda place, share: computed)
    monkeypatch.setattr("benchmarks.reproduce.with_data", lambda jobs, watcher: list(jobs))
    monkeypatch.setattr("benchmarks.machine.cores", lambda: 2)
    (planned,) = load_table("kim2014").plan(load_table("kim2014").cells("2", "CNN-rand", "TREC"))
    files = RecordFiles("kim2014", tmp_path)
    files.record_ledger.path.parent.mkdir(parents=True)
    for seed, value in enumerate((95.2, 94.9, 95.1, 95.0, 94.8)):
        key = planned.key(0, seed, "tensorflow")
        files.append(RunRecord(key, {ACCURACY.name: value}, seconds=60.0, code=planned.code, finished="2026"))
    return tmp_path


def test_an_explanation_is_printed_and_kept(folder):
    options = ("--part", "test", "--factor", "stop rule", "--factor", "kept epoch", "--results", str(folder))
    page = folder / "why.html"
    result = invoke(*CELL, *options, "--format", "json", "-o", str(page))
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout[result.stdout.index("{") :])
    assert answer["named"] == ["stop rule"] and answer["part"] == "test"
    assert answer["theirs"] == 91.2
    (found,) = kept(folder, "kim2014")
    assert list(found.named) == answer["named"]
    assert "stop rule" in page.read_text("utf-8")
    assert not RecordFiles("kim2014", folder / "study").predictions()
    assert len(RecordFiles("kim2014", folder).records()) == 5


def test_the_table_begins_with_what_explains(folder):
    options = ("--part", "test", "--factor", "stop rule", "--factor", "kept epoch", "--results", str(folder))
    text = invoke(*CELL, *options).stdout
    assert "half as many epochs" in text
    assert "Theirs may be one of ours with this change: stop rule" in text
    assert "Looked at: the printed number itself" in text


def test_the_time_that_it_takes_is_said_first(folder):
    result = invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder), "--jobs", "2")
    assert result.stderr.startswith("At most about 0.25 hours, 30 runs of 60 s each, 2 at once.")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("starter", "--column", "digits"), "has no printed value"),
        ((*CELL[:-1], "MR"), "has no runs. Needed: retable run kim2014"),
        (
            (*CELL, "--factor", "split", "--factor", "pooling", "--hours", "0.01"),
            "are too few for 2 factors. Needed:",
        ),
        (
            ("lecun1989", "--table", "text", "--column", "test", "--factor", "split"),
            "has no runs",
        ),
        (("kim2014", "--table", "1", "--row", "MR", "--column", "c"), "has no runs"),
        ((*CELL, "--factor", "nonsense"), "There is no factor nonsense. Known: "),
    ],
)
def test_what_is_lacking_has_a_status_of_its_own(folder, arguments, text):
    result = invoke(*arguments, "--results", str(folder))
    assert (result.exit_code, text in result.stderr) == (5, True), result.output
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("kim2014", "--planted"), "Expected a paper, or --planted without one"),
        ((), "Expected a paper, or --planted without one"),
        (("--planted", "--hours", "2"), "It goes with --jobs and --results alone"),
        (("--planted", "-o", "page.html"), "It goes with --jobs and --results alone"),
    ],
)
def test_the_measure_takes_no_cell(arguments, text):
    result = invoke(*arguments)
    assert isinstance(result.exception, UnknownName) and text in str(result.exception)


@pytest.mark.parametrize("chosen", [("kim2014", "--row", "CNN-rand"), ("lecun1989", "--row", "network")])
def test_several_cells_are_refused(folder, chosen):
    """To take the first metric in its only column would begin hours of training that nobody asked for."""
    result = invoke(*chosen, "--results", str(folder))
    assert isinstance(result.exception, UnknownName)
    assert "cells match. Choose one, such as --table" in str(result.exception)


def test_records_of_studies_are_marked(folder):
    invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder))
    found = CliRunner(env={"COLUMNS": "250"}).invoke(app, ("show", *CELL, "--results", str(folder / "study")))
    assert "It never counts." in found.stdout


def broken_off(jobs, *, how):
    for count, job in enumerate(computed(jobs)):
        if count == 1:
            raise how
        yield job


@pytest.mark.parametrize(
    ("how", "options", "status"),
    [(Stop("its 9 hours were over"), ("--hours", "9"), 3), (KeyboardInterrupt(), ("--hours", "9"), 130)],
)
def test_a_stopped_explanation_goes_on(folder, monkeypatch, how, options, status):
    command = (*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder), *options)
    with monkeypatch.context() as patch:
        patch.setattr(explain, "choose_runner", lambda place, share: partial(broken_off, how=how))
        result = invoke(*command)
    assert result.exit_code == status and "the same command continues from here" in result.stderr
    (first,) = RecordFiles("kim2014", folder / "study").records()
    assert invoke(*command).exit_code == 0
    keys = [record.key for record in RecordFiles("kim2014", folder / "study").records()]
    assert keys[0] == first.key and len(set(keys)) == len(keys) > 10


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("why.txt", "is not a name of a page. Expected FILE.html"),
        ("none/why.html", "expected a file in a folder"),
        ("why.html/", "expected a file in a folder"),
    ],
)
def test_a_page_that_cannot_be_written_is_refused_before_the_runs(folder, page, text):
    (folder / "why.html").mkdir()
    result = invoke(*CELL, "--part", "test", "--results", str(folder), "-o", f"{folder}/{page}")
    assert isinstance(result.exception, DataError) and text in str(result.exception)
    assert not (folder / "study").exists()


def test_folders_that_cannot_be_used_are_refused_before_the_runs(folder):
    result = invoke(*CELL, "--results", str(folder / "none"))
    assert isinstance(result.exception, ResultsError) and "There is no results folder" in str(result.exception)
    (folder / "explained").touch()
    result = invoke(*CELL, "--part", "test", "--results", str(folder))
    assert isinstance(result.exception, ResultsError) and "can't be written" in str(result.exception)
    assert not (folder / "study").exists()


def test_an_answer_that_cannot_be_kept_is_printed(folder, monkeypatch):
    monkeypatch.setattr(explain, "keep", partial(full, text="disk"))
    result = invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder))
    assert isinstance(result.exception, OSError) and "with this change: stop rule" in result.stdout


def full(answer, folder, *, text):
    raise OSError(28, text)


def test_an_answer_of_a_few_factors_replaces_none_of_all(folder):
    options = ("--part", "test", "--results", str(folder), "--factor", "stop rule")
    invoke(*CELL, *options)
    (few,) = kept(folder, "kim2014")
    keep(replace(few, are_factors_asked=False), folder)
    result = invoke(*CELL, *options)
    assert "Not kept: the folder has an answer of all factors" in result.stderr
    assert [one.are_factors_asked for one in kept(folder, "kim2014")] == [False]


def test_each_line_of_a_csv_file_has_all_columns(folder):
    options = ("--part", "test", "--factor", "stop rule", "--factor", "kept epoch", "--factor", "split")
    text = invoke(*CELL, *options, "--results", str(folder), "--format", "csv").stdout
    headings, *lines = csv.reader(io.StringIO(text))
    assert len(lines) == 3 and {len(line) for line in lines} == {len(headings)}
    assert "effect_low" in headings and "screened_printed_mean" in headings


@pytest.mark.parametrize(
    ("form", "end"), [("latex", "\\end{table}"), ("html", "</table>"), ("markdown", "other.")]
)
def test_what_is_printed_is_of_one_format(folder, form, end):
    options = ("--part", "test", "--factor", "stop rule", "--results", str(folder), "--format", form)
    result = invoke(*CELL, *options)
    assert result.stdout.rstrip().endswith(end)
    assert "|\n\nTheirs may be" in result.stdout if form == "markdown" else "Theirs may be" in result.stderr


def test_what_was_asked_for_is_said(folder):
    text = invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder)).stdout
    assert "Only these factors were tried, as asked: stop rule." in text and "also to choose, as asked." in text


def test_what_may_make_the_runs_useless_is_said_before_them(folder, monkeypatch):
    (cell,) = load_table("kim2014").cells("2", "CNN-rand", "TREC")
    monkeypatch.setattr(explain, "_cell", lambda cells, metric: cell._replace(value=95.0))
    result = invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder))
    assert "Theirs may be one of our runs: nothing needs to be explained." in result.stderr
    assert "Nothing to explain" in result.stdout


def test_an_answer_is_stale_when_a_change_that_was_tested_is_another_one(folder):
    invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder))
    ((answer, _),) = paper_page(load_table("kim2014"), folder).explained
    (factor,) = answer.factors
    for then, is_stale in (({"recipe": "of then"}, True), ({"name": "removed"}, True), ({"recipe": ""}, False)):
        keep(replace(answer, factors=(replace(factor, **then),)), folder)
        ((_, found),) = paper_page(load_table("kim2014"), folder).explained
        assert found == is_stale


@pytest.mark.parametrize(
    ("then", "facts"),
    [
        ({"theirs": 90.0}, {}),
        ({"row": "a row of then"}, {}),
        ({}, {"fingerprint": "another"}),
        ({}, {"code": "of then"}),
    ],
)
def test_an_answer_is_stale_when_recipe_code_or_printed_number_have_changed(folder, then, facts):
    invoke(*CELL, "--part", "test", "--factor", "stop rule", "--results", str(folder))
    ((answer, is_stale),) = paper_page(load_table("kim2014"), folder).explained
    assert not is_stale
    keep(replace(answer, **then, facts=answer.facts | facts), folder)
    found = paper_page(load_table("kim2014"), folder).explained
    assert [is_stale for one, is_stale in found if one != answer] == [True]
