"""retable judge: formats, exit statuses, and mistakes."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import USER_ERRORS, app

TREC = ("judge", "kim2014", "--row", "CNN-rand", "--column", "TREC")


def retable(*arguments: object):
    return CliRunner(env={"COLUMNS": "250"}).invoke(app, [str(argument) for argument in arguments])


def test_a_value_is_judged_whatever_it_is():
    for value in ("91.2", "20"):
        done = retable(*TREC, value)
        assert (done.exit_code, done.stdout.splitlines()[0]) == (
            0,
            f"kim2014 2 / CNN-rand / TREC, test accuracy (%). Yours is {value}.",
        )


def test_json_has_numbers_as_numbers():
    (found,) = json.loads(retable(*TREC, "91.2", "90", "--format", "json").stdout)
    assert (found["values"], found["published"], found["n"]) == ([91.2, 90.0], 91.2, 2)
    assert (found["within_margin"], found["verdict"], found["reason"]) == (True, "incomplete", "2 of 5 runs")
    assert found["sentences"][0].startswith("kim2014 2 / CNN-rand / TREC")


def test_a_file_of_cells_has_a_row_for_each(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("column,value\nTREC,91\nSubj,89\nTREC,90\n")
    done = retable("judge", "kim2014", "--row", "CNN-rand", "--from", path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["column"], row["yours"], row["n"]) for row in rows] == [
        ("TREC", "90.5", "2"),
        ("Subj", "89", "1"),
    ]


def test_a_class_is_graded_and_bad_lines_close_with_one(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("name,value\nAnn,91\nBo,text\nCy,8.8\n")
    done = retable(*TREC, "--grade", path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["name"], row["within the margin"]) for row in rows] == [("Ann", "yes"), ("Cy", "no")]
    assert "is yours an error" in rows[1]["in words"]
    assert (done.exit_code, "line 3: the value is 'text'" in done.stderr) == (1, True)
    path.write_text("name,value\nAnn,91\nAnn,90\n")
    (found,) = json.loads(retable(*TREC, "--grade", path, "--format", "json").stdout)
    assert (found["name"], found["values"]) == ("Ann", [91.0, 90.0])
    for form in ("table", "markdown"):
        done = retable(*TREC, "--grade", path, "--format", form)
        assert (done.exit_code, "Ann" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((*TREC,), "Expected values, or --from FILE, or --grade FILE"),
        ((*TREC, "90", "--grade", "class.csv"), "only one of them"),
        ((*TREC, "90", "ninety"), "Argument 2: the value is 'ninety'"),
        ((*TREC, "inf"), "Argument 1: the value is 'inf'"),
        ((*TREC, "-5"), "The value -5 can't be a test accuracy"),
        ((*TREC, "90", "0.9"), "Did you mean 90?"),
        ((*TREC, "0.912"), "Did you mean 91.2?"),
        ((*TREC, "90", "--format", "yaml"), "There is no format 'yaml'"),
        (("judge", "kim2004", "90"), "Did you mean kim2014?"),
        (("judge", "kim2014", "--row", "CNN-ran", "90"), "Did you mean CNN-rand?"),
        (("judge", "kim2014", "--row", "CNN-rand", "90"), "cells match. Choose with"),
    ],
)
def test_mistakes_are_one_line(arguments, text):
    done = retable(*arguments)
    assert (done.exit_code, isinstance(done.exception, USER_ERRORS)) == (1, True)
    assert text in str(done.exception)
    assert "\n" not in str(done.exception)
