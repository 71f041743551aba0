"""Jobs in processes: each recorded once, in few processes, whatever is killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.jobs import Options, missing_jobs
from benchmarks.runners import processes
from benchmarks.runners.places import Share, choose_runner, run_here, run_on_this_machine, share_of_machine
from benchmarks.runners.processes import run_in_processes
from benchmarks.table import load_table, paper_names
from data_pipelines.dataset import NO_DATA, DataError, LeftOut
from results.records import RunRecord
from tests.support import work
from tests.support.processes import ROOT


def records_of(jobs, most: int = 2, threads: int = 1, warn=print) -> dict[int, RunRecord]:
    """Run jobs in processes; return their records by seed, of which there must be one each."""
    records = [event for event in run_in_processes(jobs, most, threads, warn) if isinstance(event, RunRecord)]
    assert sorted(record.key.seed for record in records) == list(range(len(jobs)))
    return {record.key.seed: record for record in records}


def running(pids: list[int]) -> list[int]:
    """Return the processes that have not ended."""
    states = {pid: Path(f"/proc/{pid}/stat") for pid in pids}
    return [pid for pid, stat in states.items() if stat.exists() and stat.read_text().split()[2] != "Z"]


def test_without_jobs_nothing_starts():
    assert list(run_in_processes([], 2, 1, print)) == []


def test_two_processes_share_many_jobs_with_a_thread_each():
    records = records_of(work.jobs(work.where, 6)).values()
    processes = {record.metrics["process"] for record in records}
    assert len(processes) == 2 and os.getpid() not in processes
    assert {record.threads for record in records} == {1} == {record.metrics["threads"] for record in records}
    assert all(record.peak_bytes > 2**20 for record in records)


def test_a_killed_process_costs_a_line_and_its_job_runs_again_alone(tmp_path):
    lines: list[str] = []
    records = records_of(work.jobs(work.killed, 3, folder=tmp_path, times=1), warn=lines.append)
    assert [record.metrics for record in records.values()] == [{"times": 1.0}] * 3
    assert len(lines) == 3 and "killed, as the system does when memory is short" in lines[0], lines


def test_a_job_that_names_unknown_code_has_failed_and_the_others_go_on(monkeypatch):
    jobs = work.jobs(work.where, 2)
    submit = processes.submission
    broken = b"cnowhere\nnothing\n."
    monkeypatch.setattr(processes, "submission", lambda job: (broken_submit if job is jobs[0] else submit)(job))

    def broken_submit(job):
        return (broken, *submit(job)[1:])

    records = records_of(jobs, warn=lambda text: pytest.fail(text))
    assert records[0].error == "ModuleNotFoundError: No module named 'nowhere'"
    assert not records[1].error


def test_a_job_that_ends_its_process_twice_has_failed(tmp_path):
    lines: list[str] = []
    records = records_of(work.jobs(work.killed, 1, folder=tmp_path, times=2), warn=lines.append)
    assert records[0].error == "its process was killed, as the system does when memory is short, twice"
    assert len(lines) == 1


@pytest.mark.parametrize(("free", "is_one_at_a_time"), [(5 * 10**9, True), (7 * 10**9, False)])
def test_memory_decides_how_many_run_at_once(tmp_path, monkeypatch, free, is_one_at_a_time):
    monkeypatch.setattr(machine, "free_bytes", lambda: free)
    jobs = work.jobs(work.met, 2, folder=tmp_path, seconds=0.5 if is_one_at_a_time else 30)
    jobs = [replace(job, peak_bytes=3 * 10**9) for job in jobs]
    times = [(one.metrics["began"], one.metrics["ended"]) for one in records_of(jobs).values()]
    (_, ended), (began, _) = sorted(times)
    assert (began > ended) == is_one_at_a_time


def test_the_first_job_of_unknown_size_is_measured_alone(tmp_path):
    (alone,) = work.jobs(work.noted, 1, folder=tmp_path, seconds=1)
    together = tmp_path / "together"
    together.mkdir()
    jobs = [alone, *work.jobs(work.met, 3, folder=together, seconds=30)[1:]]
    first, second, third = sorted((r.metrics["began"], r.metrics["ended"]) for r in records_of(jobs).values())
    assert first[1] < second[0] and third[0] < second[1]


def test_others_wait_only_so_long_for_the_first_epoch_of_a_job_of_unknown_size(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    jobs = work.jobs(work.met, 2, folder=tmp_path, seconds=30)
    times = [(one.metrics["began"], one.metrics["ended"]) for one in records_of(jobs).values()]
    (_, ended), (began, _) = sorted(times)
    assert began < ended


def test_where_memory_is_scarce_a_single_job_has_a_process_that_may_be_aborted(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "free_bytes", lambda: 2**30)
    other = replace(NO_DATA)  # a job without data runs in this process
    (job,) = work.jobs(work.killed, 1, folder=tmp_path, times=1)
    (record,) = run_on_this_machine([replace(job, recipe=replace(job.recipe, dataset=other))], Share())
    assert record.metrics == {"times": 1.0}


def test_the_address_space_is_memory(monkeypatch):
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda what: (2**62, 2**62))
    plenty = machine.free_bytes()
    monkeypatch.setattr(resource, "getrlimit", lambda what: (machine.peak_bytes() + 2**20, 2**62))
    assert machine.free_bytes() < 2**20 < plenty


def test_a_stop_ends_all_processes_at_once(tmp_path):
    jobs = [replace(job, peak_bytes=1) for job in work.jobs(work.noted, 4, folder=tmp_path, seconds=0)]
    jobs += [replace(job, peak_bytes=1) for job in work.jobs(work.noted, 2, folder=tmp_path, seconds=60)]
    started = time.monotonic()
    with closing(run_in_processes(jobs, 2, 1, print)) as events:
        for _ in range(4):
            next(events)
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert running([int(path.name) for path in tmp_path.iterdir()]) == []


def test_processes_end_with_the_one_that_started_them(tmp_path):
    script = (
        "from pathlib import Path; from tests.support import work\n"
        "from benchmarks.runners.processes import run_in_processes\n"
        f"jobs = work.jobs(work.noted, 1, folder=Path({str(tmp_path)!r}), seconds=60)\n"
        "print(list(run_in_processes(jobs, 1, 1, print)))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    (worker,) = (int(path.name) for path in tmp_path.iterdir())
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while running([worker]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running([worker]) == []


def test_warnings_come_back_and_prints_break_nothing(capfd):
    with pytest.warns(LeftOut, match="The checkpoint is ignored"):
        records_of(work.jobs(work.warned, 2))
    assert "a line of a library" in capfd.readouterr().err


def test_a_process_gives_the_numbers_of_this_one():
    table = load_table("starter")
    planned = table.plan(table.cells(None, "LeNet-style", "digits"), Options(epochs=1, lookalike=True))
    jobs = missing_jobs(planned, [], backend="tensorflow", seeds=1)
    jobs = [replace(job, recipe=replace(job.recipe, build=work.tiny)) for job in jobs]
    elsewhere, (*_, here) = records_of(jobs)[0], run_here(jobs)
    assert (here.metrics, here.predictions) == (elsewhere.metrics, elsewhere.predictions)


@pytest.mark.parametrize("paper", paper_names())
def test_every_job_can_be_sent_to_a_process(paper):
    import pickle

    for job in missing_jobs(load_table(paper).plan(), [], backend="tensorflow", seeds=1, anywhere=True):
        assert pickle.loads(pickle.dumps(job)).key == job.key


@pytest.mark.parametrize(
    ("jobs", "threads", "text"),
    [
        ("3", None, "--jobs is 3. Expected 1 to 2, the cores of this machine"),
        ("0", None, "--jobs is 0. Expected 1 to 2"),
        ("many", None, "--jobs is 'many'. Expected a whole number, or auto"),
        ("9" * 5000, None, "--jobs is '9{40}'. Expected a whole number, or auto"),
        ("1", 3, "--threads is 3"),
        ("auto", 0, "--threads is 0"),
        ("2", 2, "--jobs times --threads is 4"),
    ],
)
def test_shares_that_a_machine_of_two_cores_does_not_have(monkeypatch, jobs, threads, text):
    monkeypatch.setattr(machine, "cores", lambda: 2)
    with pytest.raises(DataError, match=text):
        share_of_machine(jobs, threads)


def test_the_share_comes_from_the_command_or_else_from_the_environment(monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setenv("RETABLE_JOBS", "2")
    assert (share_of_machine(), share_of_machine("3", 1)) == (Share(2, None), Share(3, 1))
    monkeypatch.delenv("RETABLE_JOBS")
    assert share_of_machine() == share_of_machine("auto") == Share(None, None)
    with pytest.raises(DataError, match="--jobs and --threads go with --on here"):
        choose_runner("ray", share=Share(2))


def test_a_single_job_leaves_the_cores_to_the_next_ones(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    before = dict(os.environ)
    (record,) = run_on_this_machine(work.jobs(work.where, 1), Share(1, 1))
    assert (record.threads, record.metrics["process"]) == (1, os.getpid())
    assert dict(os.environ) == before


def test_where_the_system_tells_no_memory_all_run_at_once(monkeypatch):
    monkeypatch.setattr(machine, "free_bytes", lambda: sys.maxsize)
    records = records_of(work.jobs(work.where, 2)).values()
    assert len({record.metrics["process"] for record in records}) == 2
