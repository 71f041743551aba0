"""Nights: plans, a rehearsal that is killed and resumed, budgets, gates, and the units of schedulers."""

import contextlib
import json
import os
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import provenance
from benchmarks.cli.app import app
from benchmarks.cli.run import resumable
from benchmarks.nights.plan import Plan, PlannedRun, Stop, alone, read_plan, stopping
from benchmarks.nights.series.kept import KeptNights
from benchmarks.nights.series.watch import Clock
from benchmarks.nights.summary import RunState, in_words, summarise
from benchmarks.signals import Status
from benchmarks.table import load_table
from data_pipelines.dataset import DataError
from results.records import RecordFiles, RunRecord
from results.verdicts import Answer, Verdict
from tests.support.plans import plan_in
from tests.support.processes import start, wait_for


def summary_of(plan: Path) -> dict:
    """Return the summary of the last night of a plan."""
    return KeptNights.of_plan(plan.parent / "all", plan).summaries()[-1]


def night(plan: Path) -> tuple[int, dict]:
    result = CliRunner().invoke(app, ["nightly", str(plan), "--format", "json"])
    summary = json.loads(result.stdout)
    assert summary == summary_of(plan)
    return result.exit_code, summary


@pytest.fixture(autouse=True)
def no_server(monkeypatch, tmp_path):
    """Let MLflow be down: a night must not depend on it."""
    monkeypatch.setattr("benchmarks.provenance.is_clean", lambda: True)  # whoever changes code tests it first
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("RETABLE_RESULTS", str(tmp_path / "all"))


TERMINATED = (signal.SIGTERM, Status.STOPPED)
KILLED = (signal.SIGKILL, -signal.SIGKILL)
NETWORK, WORDS = ("LeNet-style", "digits"), ("word2vec", "WordSim-353")  # rows of the starter


def rehearsal(folder: Path, row: tuple[str, str], **settings) -> Path:
    """Write the plan of a rehearsal with another row of the starter."""
    plan = plan_in(folder, **settings)
    text = plan.read_text()
    for old, new in zip(NETWORK, row, strict=True):
        text = text.replace(old, new)
    plan.write_text(text)
    return plan


@pytest.mark.parametrize(
    ("stops", "row", "epochs"),
    [
        ((TERMINATED,), WORDS, set()),
        pytest.param((TERMINATED,), NETWORK, {3}, marks=pytest.mark.slow),
        pytest.param((KILLED, TERMINATED), NETWORK, {3}, marks=pytest.mark.slow),
    ],
    ids=["once, without Keras", "once", "twice"],
)
def test_a_rehearsal_killed_and_stopped_goes_on_and_then_rests(tmp_path, stops, row, epochs):
    plan = rehearsal(tmp_path, row)
    files = RecordFiles("starter", tmp_path / "out" / "trial")
    for stop, code in stops:
        before = len(files.records())
        process = start("nightly", str(plan), folder=tmp_path / "all")
        wait_for(lambda before=before: len(files.records()) > before, process)
        process.send_signal(stop)
        output, errors = process.communicate()
        assert process.returncode == code, errors
    assert "Stopped: SIGTERM stopped it; the next night continues." in output
    assert summary_of(plan)["stopped"] == "SIGTERM stopped it"
    assert night(plan)[0] == Status.DONE
    assert sorted(record.key.seed for record in files.records()) == [0, 1, 2]
    assert {len(points) for points in files.curves().values()} == epochs
    code, again = night(plan)
    assert (code, again["new runs"], again["runs left"]) == (Status.DONE, 0, 0)
    assert again["verdicts"] == {"incomplete": 1, "reproduced": 1}
    code, closed = night(rehearsal(tmp_path, row, gate=("incomplete", "worse")))
    assert (code, closed["gate"]) == (Status.FAILED, [f"starter 1 / {' / '.join(row)} (incomplete)"])


def at_once(jobs, **settings):
    """End every job with the number 1."""
    for job in jobs:
        numbers = {metric.name: 1.0 for metric in job.recipe.metrics}
        yield RunRecord(job.key, numbers, code=job.code, finished=f"2999-{job.key.seed}")


@pytest.fixture
def endless(monkeypatch):
    """Let jobs sleep: a stop that strikes inside TensorFlow may leave it unusable for the tests to come."""

    def asleep(jobs, **settings):
        for _ in jobs:
            time.sleep(60)
            yield

    monkeypatch.setattr("benchmarks.cli.nightly.choose_runner", lambda *where: asleep)


def test_a_night_ends_with_its_hours(tmp_path, endless):
    plan = plan_in(tmp_path, hours=0.0001)
    code, summary = night(plan)
    assert (code, summary["stopped"]) == (Status.STOPPED, "its 0.0001 hours were over")
    assert summary["runs left"] == 4
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_a_stop_breaks_is_no_problem_of_the_night():
    """A library may turn the exception into one of its own, and so into a failed job."""
    problems = ["failed: by itself"]
    with pytest.raises(Stop, match="hours were over"), stopping(1e-6, problems):
        try:
            time.sleep(5)
        except Stop:
            problems.append("failed: RuntimeError in user code")
            raise
    assert problems == ["failed: by itself"]


def test_a_night_never_overlaps_itself(tmp_path):
    plan = plan_in(tmp_path)
    name = f"plan-{sha256(str(plan).encode()).hexdigest()[:6]}.lock"
    with alone(tmp_path / "all" / "nightly" / name) as is_free:
        assert is_free
        result = CliRunner().invoke(app, ["nightly", str(plan)])
    assert result.exit_code == Status.ALREADY_RUNNING
    assert not (tmp_path / "out" / "trial").exists()


def test_data_that_is_missing_fails_the_night(tmp_path, home, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", str(tmp_path / "none"))
    monkeypatch.setattr(
        "data_pipelines.download.fetch", lambda file: (_ for _ in ()).throw(DataError("no network"))
    )
    plan = tmp_path / "plan.toml"
    plan.write_text('hours = 1\nresults = "out"\n[[run]]\npaper = "kim2014"\nrow = "CNN-rand"\ncolumn = "TREC"\n')
    code, summary = night(plan)
    assert (code, summary["problems"]) == (Status.FAILED, ["unavailable: no network"])


def test_a_night_writes_its_report_on_its_own_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.cli.nightly.choose_runner", lambda *where: at_once)
    plan = plan_in(tmp_path, more='report = "pages"')
    assert night(plan)[0] == Status.DONE
    text = (tmp_path / "pages" / "starter" / "index.html").read_text()
    assert "from 4 runs" in text  # three of the starter, one claim: trials, as the plan says


def test_nights_of_plans_with_equal_names_do_not_meet(tmp_path, endless):
    (tmp_path / "other").mkdir()
    for plan in (plan_in(tmp_path, hours=0.0001), plan_in(tmp_path / "other", hours=0.0001)):
        assert CliRunner().invoke(app, ["nightly", str(plan)]).exit_code == Status.STOPPED
    assert len(list((tmp_path / "all" / "nightly").glob("plan-*/*.json"))) == 2


def test_a_failed_job_is_told_even_when_time_runs_out(tmp_path, monkeypatch):
    def broken(jobs, **settings):
        jobs = list(jobs)
        yield RunRecord(jobs[0].key, {}, error="MemoryError: too large", finished="2999")
        raise Stop("its hours were over")

    monkeypatch.setattr("benchmarks.cli.nightly.choose_runner", lambda *where: broken)
    code, summary = night(plan_in(tmp_path))
    assert (code, summary["problems"]) == (Status.FAILED, ["failed: MemoryError: too large"])


def test_a_night_without_its_cluster_fails_with_a_summary(tmp_path):
    pytest.importorskip("ray", reason="needs Ray: pip install 'retable[ray]'")
    code, summary = night(plan_in(tmp_path, more='on = "ray"\naddress = "127.0.0.1:9"'))
    assert code == Status.FAILED
    assert "There is no Ray cluster at 127.0.0.1:9" in summary["problems"][0]


def test_a_commit_has_results_of_its_own(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('hours = 1\nresults = "{commit}"\n[[run]]\npaper = "lectures"\ntable = "004"\n')
    result = CliRunner().invoke(app, ["nightly", str(plan)])
    assert result.exit_code == Status.DONE, result.output
    assert [path.name.rstrip("+") for path in tmp_path.iterdir() if path.name not in ("all", plan.name)] == [
        provenance.commit().rstrip("+")
    ]


class Slow:
    """What takes its time to end."""

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)
        time.sleep(0.1)


@pytest.mark.parametrize("is_told", [True, False], ids=["in a finaliser", "in a library"])
@pytest.mark.parametrize(
    ("number", "stopped", "error"),
    [(signal.SIGTERM, lambda: stopping(1, []), Stop), (signal.SIGINT, resumable, typer.Exit)],
    ids=["a night", "Ctrl-C"],
)
def test_a_stop_that_is_lost_comes_again(monkeypatch, number, stopped, error, is_told):
    monkeypatch.setattr("benchmarks.signals.AGAIN_SECONDS", 60 if is_told else 0.05)
    before, hook = signal.getsignal(number), sys.unraisablehook
    with pytest.raises(error), stopped():
        if is_told:
            slow = Slow()
            slow.number = number
            del slow
        else:
            with contextlib.suppress(KeyboardInterrupt):
                os.kill(os.getpid(), number)
                time.sleep(5)
        time.sleep(5)
        raise AssertionError("It was lost.")
    assert (signal.getsignal(number), sys.unraisablehook) == (before, hook)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize(
    ("answer", "stale", "left", "status"),
    [
        (Answer.MEASURED, "", 0, Status.NO_EVIDENCE),
        (Answer.INCOMPLETE, "", 0, Status.NO_EVIDENCE),
        (Answer.REPRODUCED, "", 0, Status.DONE),
        (Answer.REPRODUCED, "code changed since c0ffee", 0, Status.NO_EVIDENCE),
        (Answer.WORSE, "", 0, Status.FAILED),
        (Answer.WORSE, "code changed since c0ffee", 0, Status.NO_EVIDENCE),
        (Answer.REPRODUCED, "", 1, Status.STOPPED),
    ],
)
def test_a_gate_is_open_by_evidence_alone(answer, stale, left, status):
    plan = Plan(run=(PlannedRun(paper="kim2014"),), hours=1, gate=("worse",))
    verdict = Verdict(load_table("kim2014").cells("2", "CNN-rand", "TREC")[0], answer, stale=stale)
    summary = summarise(plan, [RunState([verdict], left, 0)], [], "", Clock(), beside={})
    assert summary["exit code"] == status
    assert ("no evidence" in in_words(summary)[-1]) == (status == Status.NO_EVIDENCE)


def test_runs_of_uncommitted_code_open_no_gate():
    plan = Plan(run=(PlannedRun(paper="kim2014"),), hours=1)
    verdict = Verdict(load_table("kim2014").cells("2", "CNN-rand", "TREC")[0], Answer.REPRODUCED)
    for counts, status in ((True, Status.DONE), (False, Status.NO_EVIDENCE)):
        summary = summarise(plan, [RunState([verdict], 0, 0, counts)], [], "", Clock(), beside={})
        assert summary["exit code"] == status


def test_a_plan_is_no_device(tmp_path):
    (tmp_path / "plan.toml").symlink_to("/dev/null")
    with pytest.raises(DataError, match="plan.toml is a pipe or a device"):
        read_plan(tmp_path / "plan.toml")
