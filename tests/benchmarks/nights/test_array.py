"""A night as an array: its list, its tasks, what is gathered. Commands of Slurm only note what they are asked."""

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.nights.array import Array, tasks_of
from benchmarks.nights.array import missing as missing_of
from benchmarks.nights.plan import read_plan
from benchmarks.signals import Status
from data_pipelines.dataset import DataError
from results.records import RecordFiles
from tests.support.plans import without_variables
from tests.support.slurm import noting_commands

PLAN = """
hours = {hours}
epochs = 2
lookalike = true
results = "out"
{more}

[[run]]
paper = "lectures"
row = "convolution formula"

[[run]]
paper = "lectures"
row = "padding rule for the second-layer filter"

[[run]]
paper = "starter"
row = "word2vec"
seeds = 4
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch) -> Path:
    """Put commands of Slurm first in the path; return their folder."""
    without_variables(monkeypatch)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path / "all"))
    folder = noting_commands(tmp_path / "bin", most=4)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def planned(tmp_path: Path, hours: float = 1, more: str = "") -> Path:
    """Write a plan, and the scripts of Slurm beside it."""
    plan = tmp_path / "50 %.toml"
    plan.write_text(PLAN.format(hours=hours, more=more))
    assert call("schedule", plan, "--with", "slurm", "--output", str(tmp_path)).exit_code == 0
    return plan


def call(command: str, plan: Path, *arguments: str):
    """Run a command on a plan."""
    return CliRunner().invoke(app, [*command.split(), str(plan), *arguments])


def array_of(tmp_path: Path) -> Array:
    (path,) = (tmp_path / "all" / "nightly").glob("*.array")
    return Array(path)


def submitted(slurm: Path) -> list[str]:
    return (slurm / "submitted").read_text().splitlines()


def jobs_of(tmp_path: Path) -> list[tuple]:
    files = [RecordFiles(paper, tmp_path / "out" / "trial") for paper in ("lectures", "starter")]
    return [record.key.identity for one in files for record in one.records()]


def test_a_night_is_submitted_run_and_closed_with_every_record_once(tmp_path, slurm):
    plan = planned(tmp_path, more="gpu_hours = 6")
    result = call("array submit", plan, "--array-limit", "2", "--gpus", "1")
    assert result.exit_code == 0, result.output
    tasks = array_of(tmp_path).read()
    assert list(map(len, tasks.tasks)) == [2, 2, 1, 1]  # as many as the cluster takes
    first, second = submitted(slurm)
    assert f"--array=0-{len(tasks.tasks) - 1}%2 " in first
    assert first.endswith("/retable-50-array.sbatch")
    assert "/%A_%a.log" in first
    assert "--dependency=afterany:1 " in second
    assert f"{sum(map(len, tasks.tasks))} job(s)" in result.output
    for number in range(len(tasks.tasks)):
        for _ in range(2):  # a task that starts again finds its records
            assert call("array task", plan, str(number)).exit_code == 0
    assert jobs_of(tmp_path) == []
    result = call("array close", plan)
    assert result.exit_code == Status.DONE, result.output
    wanted = sum(map(len, tasks.tasks))
    assert len(set(jobs_of(tmp_path))) == len(jobs_of(tmp_path)) == wanted
    assert f"Night: {wanted} new run(s)" in result.output
    assert "GPU hours: " in result.output
    assert not list((array_of(tmp_path).folder / "jobs").iterdir())
    call("array close", plan)
    assert len(jobs_of(tmp_path)) == wanted
    (slurm / "submitted").unlink()
    result = call("array submit", plan)
    assert "Nothing is missing; job 1 closes the night." in result.output
    assert len(submitted(slurm)) == 1


def test_the_list_stays_while_tasks_end(tmp_path, slurm):
    plan = planned(tmp_path)
    call("array submit", plan)
    before = array_of(tmp_path).read()
    call("array task", plan, "0")
    assert array_of(tmp_path).read() == before


def test_a_night_is_not_closed_while_tasks_run(tmp_path, slurm):
    plan = planned(tmp_path)
    call("array submit", plan)
    (slurm / "queue").write_text("1\n")
    result = call("array close", plan)
    assert (result.exit_code, result.output) == (Status.ALREADY_RUNNING, f"Tasks of {plan} are in the queue: 1.\n")


def test_a_closing_that_was_killed_leaves_the_night_to_the_next_closing(tmp_path, slurm, monkeypatch):
    def killed(*which):
        raise SystemExit

    plan = planned(tmp_path)
    call("array submit", plan)
    with monkeypatch.context() as during:
        during.setattr("benchmarks.nights.summary.run_state", killed)
        call("array close", plan)
    began = array_of(tmp_path).read().began.isoformat(timespec="seconds")
    assert f"the night that began {began} has no summary" in call("nights", plan).output
    result = call("array close", plan)
    assert "Night: " in result.output and "Before it" not in result.output
    assert "has no summary" not in call("nights", plan).output


def test_tasks_that_left_nothing_are_problems_and_stopped_ones_are_not(tmp_path, slurm):
    plan = planned(tmp_path)
    call("array submit", plan)
    array = array_of(tmp_path)
    stopped, *lost = [job for task in array.read().tasks for job in task]
    array.stop(stopped, "SIGTERM stopped it")
    result = call("array close", plan)
    assert result.exit_code == Status.FAILED
    assert result.output.count("Problem: failed: task ") == len(lost)
    assert f"left no record of {lost[0].folder}; see {array.logs}/1_" in result.output
    assert stopped.folder not in result.output
    assert "Stopped: SIGTERM stopped it; the next night continues." in result.output


def test_the_hours_of_a_night_begin_with_its_submission(tmp_path, slurm):
    plan = planned(tmp_path)
    call("array submit", plan)
    array = array_of(tmp_path)
    text = array.list_path.read_text()
    made = json.loads(text)["made"]
    array.list_path.write_text(text.replace(made, (datetime.now(UTC) - timedelta(hours=2)).isoformat()))
    result = call("array task", plan, "0")
    assert (result.exit_code, result.output) == (
        Status.STOPPED,
        "Stopped: its 1 hours were over; the next night continues.\n",
    )
    first, *_ = array.read().tasks[0]
    assert array.stopped(first) == "its 1 hours were over"


def test_the_gpu_hours_of_other_tasks_count(tmp_path, slurm):
    plan = planned(tmp_path, more="gpu_hours = 0.0000001")
    call("array submit", plan, "--gpus", "1")
    assert call("array task", plan, "0").exit_code == Status.STOPPED  # by its own seconds
    result = call("array task", plan, "1")
    assert "Stopped: its 1e-07 GPU hours were over" in result.output


def test_sigterm_leaves_a_task_to_the_next_night(tmp_path, slurm, monkeypatch):
    plan = planned(tmp_path)
    call("array submit", plan)

    def killed(jobs, **settings):
        os.kill(os.getpid(), signal.SIGTERM)
        yield from ()

    monkeypatch.setattr("benchmarks.cli.schedulers.array.choose_runner", lambda *where, **share: killed)
    assert call("array task", plan, "0").exit_code == Status.STOPPED
    array = array_of(tmp_path)
    assert array.stopped(array.read().tasks[0][0]) == "SIGTERM stopped it"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (
            "sbatch: error: Batch job submission failed: Invalid job array specification",
            "Invalid job array specification. The cluster takes fewer tasks: see MaxArraySize",
        ),
        (
            "sbatch: error: Batch job submission failed: Invalid account or account/partition combination "
            "specified",
            "combination specified. See --account and --partition",
        ),
        (
            "sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed",
            "invalid partition specified: nope; Batch job submission failed. See --partition",
        ),
        ("sbatch: error: AssocMaxSubmitJobLimit\n\x1b[31m", "give --most-tasks"),
        ("", "no reason given"),
    ],
)
def test_what_slurm_refuses_is_a_line(tmp_path, slurm, refusal, said):
    plan = planned(tmp_path)
    (slurm / "refusal").write_text(refusal)
    error = call("array submit", plan).exception
    assert isinstance(error, DataError)
    assert str(error).startswith("Slurm's sbatch refuses: ")
    assert said in str(error)
    assert not {"\n", "\x1b"} & set(str(error))


def test_a_night_in_the_queue_is_not_submitted_again(tmp_path, slurm):
    plan = planned(tmp_path)
    (slurm / "queue").write_text("12\n12\n13\n")
    result = call("array submit", plan)
    assert result.exit_code == Status.ALREADY_RUNNING
    assert "is in the queue already: 12, 13." in result.output
    assert not (slurm / "submitted").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("array task", "0"), "tasks.json: `retable array submit` writes it."),
        (("array close",), "tasks.json: `retable array submit` writes it."),
        (("array submit", "--units", "/nowhere"), "There is no /nowhere/retable-50-array.sbatch"),
    ],
)
def test_mistakes_are_a_line(tmp_path, slurm, command, said):
    plan = planned(tmp_path)
    error = call(command[0], plan, *command[1:]).exception
    assert isinstance(error, DataError)
    assert said in str(error)


def test_without_slurm_a_line_says_so(tmp_path, slurm, monkeypatch):
    plan = planned(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "There is no squeue on this machine" in str(call("array submit", plan).exception)


def test_a_task_that_is_not_there_and_a_plan_that_changed(tmp_path, slurm):
    plan = planned(tmp_path)
    call("array submit", plan)
    assert "There is no task 99: " in str(call("array task", plan, "99").exception)
    plan.write_text(plan.read_text().replace('"word2vec"', '"LeNet-style"'))
    last = len(array_of(tmp_path).read().tasks) - 1
    assert "submit the plan again" in str(call("array task", plan, str(last)).exception)
    array_of(tmp_path).list_path.write_text("{")
    assert "is not a list of tasks" in str(call("array task", plan, "0").exception)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 1000])
def test_more_jobs_than_the_cluster_takes_share_tasks(tmp_path, most):
    path = tmp_path / "plan.toml"
    path.write_text('hours = 1\nlookalike = true\n[[run]]\npaper = "starter"\n[[run]]\npaper = "lectures"\n')
    jobs = missing_of(read_plan(path), tmp_path / "out")
    tasks = tasks_of(jobs, most)
    assert 1 <= len(tasks) <= most
    folders = [job.folder for task in tasks for job in task]
    assert len(folders) == len(set(folders)) == len(jobs)
    assert all(tasks)
