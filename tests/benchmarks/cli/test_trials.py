"""Trials on the command line: mistakes, where their records are, and how they are shown."""

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.cli.options import trials
from benchmarks.jobs import Options
from benchmarks.reproduce import place_of_records
from benchmarks.signals import Status
from benchmarks.table import UnknownName, load_table
from data_pipelines.dataset import DataError
from results.folders import results_folder
from results.records import RecordFiles, RunRecord

TREC = ("--row", "CNN-rand", "--column", "TREC")
MARK = "A trial: epochs=3, generated data. It never counts."


def invoke(*arguments: str):
    return CliRunner(env={"COLUMNS": "250"}).invoke(app, arguments)


@pytest.mark.parametrize("command", ["run", "plan", "show"])
@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            ("optimizer.learning_rte=1",),
            UnknownName,
            "Did you mean optimizer.learning_rate? Known: build.cl",
        ),
        (("optimizer=1",), UnknownName, "There is no setting 'optimizer'. Did you mean optimizer.rho? Known: "),
        (("dataset.name=x",), DataError, "--set can't change dataset.name: the data are the paper's; "),
        (("build.call=x",), DataError, "--set can't change build.call: it is code, "),
        (("epochs=3.5",), DataError, "epochs is '3.5'. Expected a whole number; the recipe has 25."),
        (("epochs",), DataError, "--set is 'epochs'. Expected NAME=VALUE, such as epochs=3."),
        (("=3",), DataError, "--set is '=3'. Expected NAME=VALUE"),
        (("epochs=3", "EPOCHS=4"), DataError, "The setting epochs is given twice. Expected one value."),
    ],
)
def test_mistakes(command, options, error, text):
    result = invoke(command, "kim2014", *TREC, *(word for option in options for word in ("--set", option)))
    assert isinstance(result.exception, error)
    assert text in str(result.exception)
    assert (result.stdout, result.stderr) == ("", "")


def test_epochs_are_given_once():
    result = invoke("run", "kim2014", *TREC, "--epochs", "3", "--set", "epochs=4", "--dry-run")
    assert "The setting epochs is given twice" in str(result.exception)


@pytest.mark.parametrize(
    "arguments",
    [("--row", "RAE"), ("--table", "2", "--row", "CNN-static", "--set", "epochs=3")],
)
def test_nothing_to_run_is_a_status_of_its_own(arguments, tmp_path, home):
    result = invoke("run", "kim2014", *arguments, "--results", str(tmp_path))
    assert result.exit_code == Status.NO_EVIDENCE
    assert result.stderr.startswith("Nothing can run here: ")
    assert not (tmp_path / "reproduced").exists()


@pytest.fixture
def trial(tmp_path):
    """Return a folder with the record of a trial."""
    table = load_table("kim2014")
    (planned,) = table.plan(table.cells("2", "CNN-rand", "TREC"), Options(epochs=3, lookalike=True))
    record = RunRecord(planned.key(0, 0, "tensorflow"), {"test accuracy": 12.5}, code=planned.code, finished="x")
    RecordFiles("kim2014", tmp_path / "trial").append(record)
    return tmp_path


@pytest.mark.parametrize("place", [".", "trial"])
@pytest.mark.parametrize("epochs", [("--epochs", "3"), ("--set", "epochs=3")])
def test_the_settings_of_a_trial_show_its_runs(place, epochs, trial):
    options = ("show", "kim2014", *TREC, *epochs, "--lookalike", "--results", str(trial / place))
    table, json = invoke(*options), invoke(*options, "--format", "json")
    assert MARK in table.stdout
    assert "incomplete: 1 of 5 runs" in table.stdout
    assert (json.stderr, '"mean": 12.5' in json.stdout) == (f"{MARK}\n", True)


def test_a_folder_of_trials_is_marked_without_their_settings(trial):
    assert "A trial: " not in invoke("show", "kim2014", *TREC, "--results", str(trial)).stdout
    marked = invoke("show", "kim2014", *TREC, "--results", str(trial / "trial")).stdout
    assert "A trial: other settings, data or code than the paper's. It never counts." in marked


def test_a_plan_counts_the_runs_of_a_trial(trial):
    result = invoke("plan", "kim2014", *TREC, "--epochs", "3", "--lookalike", "--results", str(trial))
    assert (result.exit_code, result.stderr) == (0, f"{MARK}\n")
    assert "1 of 5" in result.stdout


def test_a_folder_of_trials_has_no_other_in_it(tmp_path):
    options = Options(changes=(("epochs", "3"),))
    assert place_of_records(tmp_path, options) == (tmp_path / "trial", "epochs=3")
    assert place_of_records(tmp_path / "trial", options) == (tmp_path / "trial", "epochs=3")


def test_the_command_that_shows_a_trial_is_quoted(tmp_path):
    options = Options(2, True, changes=(("build.channels", "[['random', true]]"),))
    found = trials.command("kim2014", tmp_path, options, "jax", ("--row", "a b"))
    assert found == (
        """retable show kim2014 --row 'a b' --set 'build.channels=[['"'"'random'"'"', true]]' --epochs 2 """
        f"--lookalike --backend jax --results {tmp_path}"
    )
    assert trials.command("starter", results_folder(), Options()) == "retable show starter"


def test_a_plan_needs_no_folder_of_records(tmp_path, home):
    result = invoke("plan", "kim2014", "--table", "2", *TREC, "--results", str(tmp_path / "new"))
    assert "5 job(s)" in result.stdout
    assert not (tmp_path / "new").exists()


def test_trials_are_merged_with_trials_alone(tmp_path):
    (tmp_path / "trial" / "reproduced").mkdir(parents=True)
    source = str(tmp_path / "trial")
    assert "has trials" in str(invoke("merge", source, "--results", str(tmp_path)).exception)
    assert invoke("merge", source, "--results", str(tmp_path / "mine" / "trial")).exit_code == 0


def test_a_paper_that_lies_here_is_named(tmp_path, monkeypatch):
    (tmp_path / "lee2026.py").touch()
    monkeypatch.chdir(tmp_path)
    assert "lee2026.py is here: --papers . adds" in str(invoke("show", "lee2026").exception)
