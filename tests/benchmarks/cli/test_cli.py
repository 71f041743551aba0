"""The command as a person uses it: answers, mistakes, and what it must not import."""

import json
import os
import re
import shlex
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app, main
from benchmarks.jobs import Options, missing_jobs
from benchmarks.table import UnknownName, load_table
from data_pipelines.dataset import LeftOut
from results.ledger import ResultsError
from results.records import RecordFiles
from tests.support.processes import ONE_THREAD, QUICKLY_COMPILED, ROOT, run, start


def retable(*arguments: str) -> str:
    """Run the command in this process and return what it prints, on wide lines; it must succeed."""
    result = CliRunner(env={"COLUMNS": "250"}).invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SyntaxError("invalid syntax", ("starter.py", 7, 1, "def (")), "starter.py, line 7: invalid syntax."),
        (ImportError("No module named 'x'"), "line [0-9]+: ImportError: No module named 'x'."),
        (ZeroDivisionError("division by zero"), "line [0-9]+: ZeroDivisionError: division by zero."),
    ],
)
def test_an_error_in_a_paper_is_one_line_and_hides_no_other(error, text, monkeypatch, tmp_path):
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))  # to judge the project's records takes seconds

    def broken(name):
        if name.endswith(".starter"):
            raise error
        return import_module(name)

    monkeypatch.setattr("benchmarks.table.import_module", broken)
    result = CliRunner().invoke(app, ["list"])
    assert (result.exit_code, "kim2014" in result.stdout) == (0, True)
    assert re.search(f"The paper starter can't be loaded: .*{text}\n", result.stderr)
    with pytest.raises(UnknownName, match="The paper starter can't be loaded"):
        load_table("starter")


def test_a_paper_without_a_table_says_so(monkeypatch):
    monkeypatch.setattr("benchmarks.table.import_module", lambda name: pytest)
    with pytest.raises(UnknownName, match="The paper starter can't be loaded: .*py has no TABLE."):
        load_table("starter")


@pytest.mark.parametrize("error", [ResultsError("line 3: 912"), SyntaxError("invalid", ("a.py", 9, 1, ""))])
def test_records_or_code_that_cannot_be_read_hide_no_other_paper(error, monkeypatch):
    def broken(planned, records):
        if planned[0].cell.paper == "starter":
            raise error
        return []

    monkeypatch.setattr("benchmarks.cli.show.verdicts", broken)
    result = CliRunner().invoke(app, ["list"])
    assert (result.exit_code, result.stderr) == (0, f"starter: {error}\n")
    assert "kim2014" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("show", "kim2004"), r"There is no paper 'kim2004'. Did you mean kim2014\? Known: .*kim2014.*starter"),
        (
            ("run", "kim2014", "--row", "CNN-ran"),
            r"no row 'CNN-ran'. Did you mean CNN-rand\? Known: MR, .*CNN-rand, CNN-s",
        ),
        (
            ("run", "kim2014", "--column", "SST"),
            r"no column 'SST'. Did you mean SST-\d\? Known: c, l, N, .*MR, SST-1",
        ),
        (("run", "kim2014", "--table", "x"), "There is no table 'x'. Known: "),
        (("run", "kim2014", "--seeds", "0"), "--seeds is 0. Expected 1 or more."),
        (("run", "kim2014", "--epochs", "-1"), "--epochs is -1. Expected 1 or more."),
        (
            ("run", "kim2014", "--backend", "theano", "--dry-run"),
            r"There is no back end 'theano'. .*Known: tensorflow, jax, torch.",
        ),
        (
            ("run", "lectures", "--results", "/proc/none"),
            "The results folder /proc/none.* can't be written: No such",
        ),
        (("recheck", "--row", "CNN-rand"), "choose cells of one paper: name it too."),
        (("data", "fetch", "TRECK"), r"There is no data set 'TRECK'. Did you mean TREC\?"),
        (
            ("show", "kim2014", "--format", "xml"),
            r"no format 'xml'. Did you mean html\? Known: table, csv, json, latex",
        ),
        (("show", "kim2014", "--values", "ours"), "--values goes with --shape paper."),
        (("show", "--row", "CNN-rand"), "--table, --row and --column choose cells of one paper: name it too."),
    ],
)
def test_mistakes_are_one_line_and_exit_1(arguments, text, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["retable", *arguments])
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # which the command replaces
    with pytest.raises(SystemExit) as stop:
        main()
    output, errors = capsys.readouterr()
    assert (stop.value.code, output) == (1, "")
    assert re.fullmatch(rf"retable: .*{text}.*\n", errors)


def test_what_is_left_out_is_told_in_one_line(monkeypatch, capsys):
    def command(prog_name):
        warnings.warn("2 of its 9000 rows are malformed; left out.", LeftOut, stacklevel=2)
        warnings.warn("of a library", UserWarning, stacklevel=2)

    monkeypatch.setattr("benchmarks.cli.app.app", command)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        main()
    first, second = capsys.readouterr().err.splitlines()[:2]
    assert first == "retable: 2 of its 9000 rows are malformed; left out."
    assert "UserWarning: of a library" in second


def test_names_may_be_written_in_any_case():
    assert "CNN-rand" in retable("show", "KIM2014", "--row", "cnn-RAND", "--column", "trec")


LIGHT = [
    ("list",),
    ("list", "kim2014"),
    ("show", "kim2014"),
    ("plan", "kim2014"),
    ("run", "kim2014", "--dry-run", "--until-settled"),
    ("judge", "kim2014", "--row", "CNN-rand", "--column", "TREC", "88.2", "90"),
    ("data", "list"),
]
IN_ONE_PROCESS = """
import os, sys
from benchmarks.cli.app import main
heavy = {'keras', 'tensorflow', 'jax', 'torch', 'mlflow', 'gensim', 'librosa', 'pandas'}
for words in COMMANDS:
    sys.argv = ['retable', *words]
    try: main()
    except SystemExit as stop: assert not stop.code, words
    assert not heavy & sys.modules.keys(), (words, heavy & sys.modules.keys())
    os.environ.pop('RETABLE_RESULTS', None)  # `list` alone has no records, which it takes seconds to judge
print('all answered')
"""


def test_answers_without_a_deep_learning_library(tmp_path):
    command = [sys.executable, "-c", IN_ONE_PROCESS.replace("COMMANDS", repr(LIGHT))]
    environment = {**os.environ, "RETABLE_RESULTS": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith("all answered\n"), done.stderr


def test_list_names_rows_and_columns():
    output = retable("list", "kim2014")
    assert "CNN-rand, CNN-static" in output
    assert "table 2, columns: MR, SST-1, SST-2, Subj, TREC, CR, MPQA" in output


def test_show_has_every_printed_cell_and_the_reason_of_those_not_attempted(home):
    output = retable("show", "kim2014", "--format", "markdown")
    printed = 38 + 67  # tables 1 and 2
    assert len(output.splitlines()) == 2 + printed + 4 * 5 + 4 * 5 + 3  # and three of ours
    assert (
        "|CNN-static|TREC|test accuracy (%)|92.8 (margin 1.5)||||||not attempted: needs the GoogleNews vectors ("
        in output
    )


def test_cells_that_are_left_out_are_counted(home):
    every, attempted = (retable("show", "cifar10", *options) for options in ((), ("--attempted",)))
    assert attempted.count("\n") < every.count("\n")
    total = re.compile(r"performance: reproduced .* printed")
    assert total.findall(attempted) == total.findall(every)


def test_square_brackets_of_a_row_are_printed():
    assert "LeNet-5 [distortions]" in retable("show", "lecun1998", "--table", "MNIST")


def test_a_run_on_lookalike_data_is_a_trial(tmp_path, monkeypatch):
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path))
    monkeypatch.setitem(sys.modules, "mlflow", None)
    arguments = ("run", "starter", "--row", "LeNet-style", "--column", "digits", "--lookalike", "--seeds", "1")
    changed = ("optimizer.learning_rate", "0.01")
    output = retable(*arguments, "--epochs", "1", "--set", "=".join(changed))
    words = " ".join(output.split())
    assert "A trial: epochs=1, optimizer.learning_rate=0.01, generated data. It never counts." in words
    assert "[1/1] LeNet-style / digits fold 0 seed 0: test accuracy" in output
    assert not (tmp_path / "reproduced").exists()
    (record,) = RecordFiles("starter", tmp_path / "trial").records()
    table = load_table("starter")
    planned = table.plan(table.cells("1", "LeNet-style", "digits"), Options(1, True, changes=(changed,)))
    (job,) = missing_jobs(planned, [], backend="tensorflow", seeds=1)
    assert (record.key, record.error) == (job.key, "")
    where, _, command = output.splitlines()[-1].partition(" To show them: retable ")
    assert where == f"The records of this trial are in {tmp_path / 'trial'}."
    shown = " ".join(retable(*shlex.split(command)).split())
    assert ("It never counts." in shown, "incomplete: 1 of 5 runs" in shown) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_trains_the_same_network(tmp_path, backend):
    pytest.importorskip(backend, reason=f"{backend} is not installed")
    arguments = ("run", "starter", "--row", "LeNet-style", "--column", "digits", "--lookalike", "--seeds", "1")
    arguments += ("--epochs", "1", "--backend", backend, "--deterministic")
    run(*arguments, folder=tmp_path, **QUICKLY_COMPILED)
    (record,) = RecordFiles("starter", tmp_path / "trial").records()
    assert (record.key.backend, record.error) == (backend, "")


@pytest.mark.slow
def test_equal_seeds_give_equal_numbers_in_two_processes_at_full_size(mirror, tmp_path):
    """On a real set at full size, on several threads, without --deterministic."""
    curves = []
    for name in ("one", "two"):
        arguments = ("run", "kim2014", "--row", "CNN-rand", "--column", "TREC", "--seeds", "1", "--epochs", "1")
        environment = {"RETABLE_MIRROR": str(mirror), "RETABLE_HOME": str(tmp_path / "home")}
        run(*arguments, folder=tmp_path / name, **environment, **dict.fromkeys(ONE_THREAD, "2"))
        files = RecordFiles("kim2014", tmp_path / name / "trial")
        points = [(point.loss, point.valid) for curve in files.curves().values() for point in curve]
        curves.append((points, [record.metrics for record in files.records()]))
    assert curves[0] == curves[1]
    assert len(curves[0][0]) == 1


def test_data_fetch_where_and_verify(home, mirror, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", str(mirror))
    retable("data", "fetch", "TREC")
    paths = retable("data", "where", "TREC").splitlines()
    assert [Path(path).name for path in paths] == ["TREC.train.all", "TREC.test.all"]
    retable("data", "verify", "TREC")
    Path(paths[1]).write_bytes(b"0 damaged\n")
    done = CliRunner().invoke(app, ["data", "verify", "TREC"])
    assert done.exit_code == 1
    assert "Expected 92a6a3cede" in done.output + str(done.exception)


def test_data_that_cannot_be_fetched_is_one_line(home, tmp_path):
    process = start("data", "fetch", "TREC", folder=tmp_path, RETABLE_MIRROR="", HTTPS_PROXY="127.0.0.1:9")
    errors = process.communicate()[1]
    assert process.returncode == 1
    lines = errors.splitlines()
    assert [line.split()[1] for line in lines] == ["sentence/TREC.train.all", "sentence/TREC.test.all"], errors
    assert "Traceback" not in errors


def test_costs_are_medians_of_what_was_recorded():
    (row,) = json.loads(retable("show", "starter", "--costs", "--column", "digits", "--format", "json"))
    seconds = sorted(
        r.seconds for r in RecordFiles("starter", ROOT / "results").records() if r.key.column == "digits"
    )
    assert (row["jobs"], row["seconds"]) == ("5", f"{seconds[2]:.1f}")
    assert row["device memory (MB)"] == ""


def test_json_of_cells_has_numbers_as_numbers():
    rows = json.loads(retable("show", "kim2014", "--row", "CNN-rand", "--row", "MNB", "--format", "json"))
    assert {row["row"] for row in rows} == {"CNN-rand", "MNB"}
    place = "paper table row column metric kind published margin published_for_another_input"
    found = "mean sd n interval verdict reason stale backend seeds commits data_hash"
    assert list(rows[0]) == f"{place} {found}".split()
    judged = [row for row in rows if row["interval"]]
    assert judged
    for row in judged:
        low, high = row["interval"]
        assert low <= row["mean"] <= high
        assert row["seeds"] == list(range(row["n"]))
