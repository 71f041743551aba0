"""The core loop: resuming, failing jobs, kills, waiting for the lock, equal numbers twice."""

import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.jobs import Options, missing_jobs
from benchmarks.machine import cores
from benchmarks.reproduce import Watcher, reproduce, verdicts
from benchmarks.runners.places import run_here
from benchmarks.table import load_table
from benchmarks.training.job import train
from data_pipelines.dataset import DataError, RemoteFile
from results.records import Digests, EpochEnd, RecordFiles, RunRecord
from results.verdicts import Answer
from tests.support.processes import start, wait_for
from tests.support.work import tiny

TREC = ("2", "CNN-rand", "TREC")


class Listener(Watcher):
    """Keeps the arguments of its calls."""

    def __init__(self) -> None:
        self.jobs, self.records, self.reasons = [], [], []

    def planned(self, jobs) -> None:
        self.jobs = list(jobs)

    def record(self, record, curve) -> None:
        self.records.append((record, len(curve)))

    def unavailable(self, reason) -> None:
        self.reasons.append(reason)


def fake_run(jobs):
    """Finish every job at once, at 91.2 plus a tenth of the seed."""
    for job in jobs:
        yield EpochEnd(job.key, 1, 0.5, 90.0, 0.1)
        value = 91.2 + job.key.seed / 10
        yield RunRecord(job.key, {"test accuracy": value}, epochs=1, finished=f"{job.key}", code=job.code)


@pytest.fixture
def kim(monkeypatch):
    """Return Kim's table and the cell CNN-rand on TREC, its data as if it were here."""
    monkeypatch.setattr("data_pipelines.download.fetch", lambda file: Path(file.name))
    table = load_table("kim2014")
    return table, table.cells(*TREC)


def test_the_protocol_asks_for_five_seeds_and_resuming_is_free(kim, tmp_path):
    table, cells = kim
    first, second = Listener(), Listener()
    judged = reproduce(table.plan(cells), fake_run, tmp_path, watcher=first)
    assert [job.key.seed for job in first.jobs] == [0, 1, 2, 3, 4]
    assert [curve for _, curve in first.records] == [1] * 5
    assert (judged[0].answer, judged[0].mean) == (Answer.REPRODUCED, pytest.approx(91.4))
    assert reproduce(table.plan(cells), fake_run, tmp_path, watcher=second) == judged
    assert second.jobs == []


def test_errors_of_jobs_and_data_have_no_secret(kim, tmp_path, monkeypatch):
    table, cells = kim
    address = "https://bob:planted-1@host/x?token=planted-2"
    monkeypatch.setenv("RETABLE_MIRROR", address)

    def fail(jobs):
        yield from (RunRecord(job.key, {}, error=f"OSError: 401 {address}, planted-1") for job in jobs)

    def refuse(file):
        raise DataError(f"no {address}: planted-2")

    listener = Listener()
    reproduce(table.plan(cells), fail, tmp_path, watcher=listener, seeds=1)
    monkeypatch.setattr("data_pipelines.download.fetch", refuse)
    reproduce(table.plan(cells), fail, tmp_path, watcher=listener, seeds=2)
    shown = f"{listener.records} {listener.reasons} {RecordFiles('kim2014', tmp_path).records()}"
    assert "planted" not in shown
    assert "bob" not in shown
    assert shown.count("https://***@host/x?token=***") == 3


def test_more_seeds_run_only_what_is_missing(kim, tmp_path):
    table, cells = kim
    reproduce(table.plan(cells), fake_run, tmp_path, seeds=2)
    listener = Listener()
    reproduce(table.plan(cells), fake_run, tmp_path, seeds=4, watcher=listener)
    assert [job.key.seed for job in listener.jobs] == [2, 3]


def test_jobs_whose_code_has_changed_run_again_and_are_counted_once(kim, tmp_path):
    table, cells = kim
    planned = table.plan(cells)
    for record in of_seeds(planned[0], [91.0] * 3):
        RecordFiles("kim2014", tmp_path).append(replace(record, code=Digests("other"), finished="2026"))
    listener, again = Listener(), []
    listener.stale = again.append
    reproduce(planned, fake_run, tmp_path, watcher=listener)
    reproduce(planned, fake_run, tmp_path, seeds=7, watcher=listener)
    assert len(listener.jobs) == 2 and again == [3, 0]  # none at the second time


def test_another_revision_does_not_count(kim, tmp_path, monkeypatch):
    table, cells = kim
    reproduce(table.plan(cells), fake_run, tmp_path)
    raised = replace(table, recipe=lambda cell: replace(table.recipe(cell), revision=2))
    records = RecordFiles("kim2014", tmp_path).records()
    assert verdicts(raised.plan(cells), records)[0].answer == Answer.INCOMPLETE
    assert len(missing_jobs(raised.plan(cells), records, backend="tensorflow")) == 5


def test_a_recipe_that_serves_two_cells_runs_once(kim, tmp_path):
    table, cells = kim
    twice = [cells[0], cells[0]._replace(row="another name")]
    same = replace(table, recipe=lambda cell: table.recipe(cells[0]))
    listener = Listener()
    judged = reproduce(same.plan(twice), fake_run, tmp_path, watcher=listener)
    assert len(listener.jobs) == 5
    assert {verdict.answer for verdict in judged} == {Answer.REPRODUCED}


def test_verdicts_keep_backends_apart(kim, tmp_path):
    table, cells = kim
    reproduce(table.plan(cells), fake_run, tmp_path)
    reproduce(table.plan(cells), fake_run, tmp_path, backend="jax", seeds=2)
    records = RecordFiles("kim2014", tmp_path).records()
    assert len(verdicts(table.plan(cells), records)[0].units) == 5
    assert len(verdicts(table.plan(cells), records, backend="jax")[0].units) == 2


def of_seeds(planned, values, **key):
    """Return a record per value, from seed 0 on, whose key is changed by `key`."""
    keys = [planned.key(0, seed, "tensorflow")._replace(**key) for seed in range(len(values))]
    return [RunRecord(k, {"test accuracy": v}, code=planned.code) for k, v in zip(keys, values, strict=True)]


def test_the_leading_back_end_is_judged_and_one_that_disagrees_is_a_finding(kim):
    table, cells = kim
    (planned,) = table.plan(cells)
    ours = of_seeds(planned, [91.0, 91.4, 91.2, 91.1, 91.3])
    other = of_seeds(planned, [85.0, 85.4, 85.2, 85.1, 85.3, 85.0], backend="jax")
    (found,) = verdicts([planned], [*ours, *other])
    assert (found.backend, found.mean) == ("tensorflow", pytest.approx(91.2))
    assert found.finding.startswith("back ends disagree: tensorflow 91.20 (n 5), jax 85.20 (n 5), p ")
    (alike,) = verdicts([planned], [*ours, *of_seeds(planned, [91.0, 91.3, 91.2], backend="jax")])
    assert alike.finding == ""
    (aged,) = verdicts([planned], [*ours, *(replace(record, code=Digests()) for record in other)])
    assert ", jax 85.20 (n 5, stale), p " in aged.finding
    (led,) = verdicts(replace(table, backend="jax").plan(cells), [*ours, *other])
    assert led.backend == "jax"


def test_where_the_leading_back_end_has_no_records_the_best_covered_is_judged(kim):
    table, cells = kim
    (planned,) = table.plan(cells)
    records = [r for name, n in (("torch", 2), ("jax", 5)) for r in of_seeds(planned, [91.0] * n, backend=name)]
    assert verdicts([planned], records)[0].backend == "jax"


def test_every_recipe_with_all_runs_was_a_chance(kim):
    table, cells = kim
    (planned,) = table.plan(cells)
    earlier = of_seeds(planned, [90.0] * 5, fingerprint="earlier") + of_seeds(planned, [90.0], fingerprint="short")
    (found,) = verdicts([planned], [*earlier, *of_seeds(planned, [91.0] * 5)])
    assert (found.completed, found.mean) == (2, 91.0)


def test_a_failing_job_becomes_a_record_and_is_tried_again(tmp_path, monkeypatch):
    table = load_table("starter")
    cells = table.cells(None, "LeNet-style", "digits")
    trial = Options(epochs=1, lookalike=True)
    import benchmarks.papers.starter as starter

    working = starter.build
    monkeypatch.setattr(starter, "build", lambda *a, **k: (_ for _ in ()).throw(MemoryError("too\nlarge")))
    starter.build.__name__ = "build"
    failed = reproduce(table.plan(cells, trial), run_here, tmp_path, seeds=2)
    assert failed[0].reason == "0 of 5 runs; the last failed: MemoryError: too large"
    assert [record.error for record in RecordFiles("starter", tmp_path).records()] == [
        "MemoryError: too large"
    ] * 2
    monkeypatch.setattr(starter, "build", working)
    mended = reproduce(table.plan(cells, trial), run_here, tmp_path, seeds=1)
    assert len(mended[0].units) == 1


def test_a_set_that_cannot_be_had_is_left_out_with_its_reason(home, tmp_path):
    table = load_table("kim2014")
    file = RemoteFile("sentence/none.all", "http://127.0.0.1:9/none.all", "0" * 64, 1)
    cells = table.cells(*TREC)
    recipe = table.recipe(cells[0])
    absent = replace(recipe, dataset=replace(recipe.dataset, files=(file,)))
    listener = Listener()
    judged = reproduce(
        replace(table, recipe=lambda cell: absent).plan(cells), fake_run, tmp_path, watcher=listener
    )
    assert listener.jobs == []
    assert "http://127.0.0.1:9/none.all" in listener.reasons[0]
    assert judged[0].answer == Answer.INCOMPLETE


def test_sets_of_one_name_are_fetched_apart(tmp_path, monkeypatch):
    def fetch(file):
        if file.name.startswith("thesaurus"):
            raise DataError("no thesaurus")

    monkeypatch.setattr("data_pipelines.download.fetch", fetch)
    table, listener = load_table("zhang2015"), Listener()
    cells = [cell for row in ("Sm. Conv. Th.", "Sm. Conv.", "BoW") for cell in table.cells("4", row, "AG")]
    reproduce(table.plan(cells), fake_run, tmp_path, seeds=1, watcher=listener)
    assert [job.key.row for job in listener.jobs] == ["Sm. Conv.", "BoW"]
    assert listener.reasons == ["no thesaurus"]


def test_equal_seeds_give_equal_numbers():
    table = load_table("starter")
    planned = table.plan(table.cells(None, "LeNet-style", "digits"), Options(epochs=1, lookalike=True))
    jobs = missing_jobs(planned, [], backend="tensorflow", seeds=2)
    jobs = [replace(job, recipe=replace(job.recipe, build=tiny)) for job in jobs]

    def numbers(job):
        events = list(train(job))
        return [(event.loss, event.valid) for event in events[:-1]], events[-1].metrics

    first, again, other = numbers(jobs[0]), numbers(jobs[0]), numbers(jobs[1])
    assert first == again
    assert first[0] != other[0]


STOPS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL)


def stopped_again_and_again(
    files: RecordFiles, arguments: tuple[str, ...], folder: Path, stops: tuple[signal.Signals, ...] = STOPS
) -> None:
    """Run a command to its end; each of some starts before is stopped once another job is finished."""

    def finished() -> int:
        return len(files.records())

    for number, stop in enumerate(stops, start=1):
        before = finished()
        process = start(*arguments, folder=folder)
        wait_for(lambda before=before: finished() > before, process)
        process.send_signal(stop)
        process.communicate()
        assert process.returncode in (-signal.SIGKILL, 130)
        assert finished() >= number
    process = start(*arguments, folder=folder)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


@pytest.mark.parametrize(
    ("at_once", "seeds", "stops"),
    [
        (1, 2, STOPS[:1]),
        *(pytest.param(most, 12, STOPS, marks=pytest.mark.slow) for most in {1, min(cores(), 2)}),
    ],
)
def test_kills_lose_at_most_the_current_jobs_and_double_none(tmp_path, at_once, seeds, stops):
    """The jobs import no deep-learning library, so that a start takes a second."""
    files = RecordFiles("kim2014", tmp_path / "trial")
    arguments = ("run", "kim2014", "--row", "NBSVM", "--column", "CR", "--lookalike", "--seeds", str(seeds))
    arguments = (*arguments, "--jobs", str(at_once))
    stopped_again_and_again(files, arguments, tmp_path, stops)
    keys = [record.key for record in files.records()]
    assert len(keys) == len(set(keys)) == seeds * 10
    assert set(files.predictions()) == set(keys)


@pytest.mark.slow
def test_kills_of_a_network_lose_no_epochs_of_finished_jobs(tmp_path):
    files = RecordFiles("starter", tmp_path / "trial")
    runs = 8  # so many that the last stop does not come too late
    arguments = ("run", "starter", "--row", "LeNet-style", "--column", "digits", "--seeds", str(runs))
    stopped_again_and_again(files, (*arguments, "--epochs", "3", "--lookalike"), tmp_path)
    assert Counter(record.key.seed for record in files.records()) == dict.fromkeys(range(runs), 1)
    assert {key.seed: len(points) for key, points in files.curves().items()} == dict.fromkeys(range(runs), 3)


def test_a_second_command_waits_and_says_for_whom(tmp_path):
    files = RecordFiles("kim2014", tmp_path / "trial")
    with files.lock():
        process = start("run", "kim2014", "--row", "MR", "--column", "c", "--lookalike", folder=tmp_path)
        line = process.stderr.readline()
        while "being written" not in line and line:
            line = process.stderr.readline()
        assert "kim2014 is being written by 'retable" in line
        assert f"(process {os.getpid()} on" in line
        assert not files.record_ledger.path.exists()
    process.communicate()
    assert (process.returncode, len(files.records())) == (0, 1)
