"""retable compare --experiment: options, formats, pictures, and bad input."""

import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from results.groups import store
from results.ledger import ResultsError
from tests.results.groups.samples import ADAM, SGD, run, seeded

FORMULA, MARKUP = "=HYPERLINK(1)", "[bold]sgd[/bold]_50%_<b>_$x$"
RUNS = [*seeded(FORMULA, ADAM, batch=32), *seeded(MARKUP, SGD, batch=64)]
ASKED = ("--metric", "acc", "--group-by", "params.optimizer", "--pair-by", "params.seed", "--better", "higher")


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    """Replace the store, which needs seconds, by a list of runs."""
    found = list(RUNS)
    monkeypatch.setattr(store, "address_of", lambda given, folder: "sqlite:///some.db")
    monkeypatch.setattr(store, "opened", lambda address: None)
    monkeypatch.setattr(store, "read", lambda _, names, where: [] if where else matching(found, names))
    return found


def matching(found, names):
    return [run for run in found if run.experiment in names]


def compare(*arguments: str, columns: int = 80) -> str:
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, ["compare", "--experiment", "e", *arguments])
    if result.exception:
        raise result.exception
    return result.stdout


def test_the_table_fits_a_terminal_and_says_what_else_differs():
    output = compare(*ASKED)
    assert max(map(len, output.splitlines())) <= 80
    assert re.search(r"^1 +=HYPERLINK\(1\)  +5  0.914 ", output, re.MULTILINE)
    assert re.search(r"^2 +\[bold\]sgd\[/bold\]_50%_<b>_\$x\$  +5 ", output, re.MULTILINE)
    assert "worse" in output.split("second is")[1]
    assert "could be the cause of a difference:\n  params.batch: 32 in 1; 64 in 2\n" in output
    assert "Recorded for no run, so perhaps different: the code and the data." in output
    wide = compare(*ASKED, "--margin", "0.05", columns=200)
    assert "equivalent" in wide
    assert "p (equivalence)" in wide


def test_json_has_numbers_and_notes():
    found = json.loads(compare(*ASKED, "--format", "json"))
    assert [group["group"] for group in found["groups"]] == [FORMULA, MARKUP]
    assert found["groups"][0]["values"] == list(ADAM)
    (pair,) = found["pairs"]
    assert (pair["pairs"], pair["second_is"], found["not_recorded"]) == (5, "worse", ["the code", "the data"])
    assert pair["interval"][0] < pair["difference"] < pair["interval"][1]
    assert found["confounded"][0]["values"][FORMULA] == {"32": 5}


def test_csv_has_groups_and_pairs_and_no_formula():
    rows = list(csv.DictReader(io.StringIO(compare(*ASKED, "--format", "csv"))))
    assert [row["kind"] for row in rows] == ["group", "group", "pair"]
    assert (rows[0]["group"], rows[2]["first"]) == (f"'{FORMULA}", f"'{FORMULA}")
    assert float(rows[0]["interval_low"]) < float(rows[0]["mean"])


@pytest.mark.parametrize(
    ("form", "escaped"),
    [
        ("latex", r"{[}bold]sgd{[}/bold]\_50\%\_\textless{}b\textgreater{}\_\$x\$"),
        ("html", "&lt;b&gt;"),
        ("markdown", r"\[bold\]sgd\[/bold\]\_50%\_&lt;b>"),
    ],
)
def test_other_formats_escape_names(form, escaped):
    output = compare(*ASKED, "--format", form)
    assert escaped in output
    assert "Paired t-test over equal params.seed" in output


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_picture(ending, tmp_path):
    path = tmp_path / f"new/groups.{ending}"
    compare(*ASKED, "--picture", str(path))
    first = path.read_bytes()
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[ending])
    compare(*ASKED, "--picture", str(path))
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("kim2014", "all", "all"), "PAPER: not with --experiment"),
        (("--fail-on", "worse"), "--fail-on: not with --experiment"),
        (("--from", "csv"), "--from csv: not with --experiment"),
        ((), "--metric is missing. Known: acc."),
        (("--metric", "acc"), r"--group-by is missing. Known: params.optimizer, params.batch, params.seed."),
        (("--metric", "ACC"), "There is no metric 'ACC' in these runs. Did you mean acc?"),
        ((*ASKED, "--picture", "x.gif"), "--picture is x.gif. Expected a file that ends in .svg, .png, .pdf"),
        ((*ASKED, "--better", "bigger"), "--better is 'bigger'. Expected higher or lower."),
        ((*ASKED, "--repeats", "first"), "--repeats is 'first'. Expected refuse or latest or mean."),
        ((*ASKED, "--unit", "params.optimizer"), "can't both make the groups"),
        ((*ASKED, "--strict"), "The groups differ in more than params.optimizer: params.batch."),
        ((*ASKED, "--where", "tags.a = 'b'"), "No run of e matches \"tags.a = 'b'\"."),
        ((*ASKED, "--margin", "-1"), "--margin is -1. Expected a number above 0"),
    ],
)
def test_mistakes(arguments, text):
    with pytest.raises(Exception, match=text.replace("?", r"\?")) as refused:
        compare(*arguments)
    assert "\n" not in str(refused.value)


def test_options_of_one_kind_are_refused_by_the_other():
    for arguments, text in [
        (["kim2014", "all", "all", "--metric", "x"], "--metric: only with --experiment"),
        (["kim2014", "all"], "Expected PAPER FIRST SECOND, or --experiment NAME"),
        ([], "Expected PAPER FIRST SECOND, or --experiment NAME"),
    ]:
        with pytest.raises(ResultsError, match=text):
            raise CliRunner().invoke(app, ["compare", *arguments]).exception


def test_several_experiments_are_groups_by_themselves(runs):
    runs += [run(value, {"seed": seed}, experiment="f") for seed, value in enumerate(SGD)]
    output = compare("--experiment", "f", "--metric", "acc", "--repeats", "mean")
    assert "acc by attributes.experiment" in output
