"""GPUs of a night, where there are none: a module stands for NVIDIA's library, and records for jobs."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from benchmarks.jobs import Job
from benchmarks.nights import gpus
from benchmarks.nights.durations import in_words, seconds_of
from benchmarks.nights.gpus import GpuMeter, others, visible, wait_until_free
from benchmarks.nights.plan import Plan, PlannedRun, Stop, read_plan
from benchmarks.nights.series.reruns import apart
from data_pipelines.dataset import DataError
from results.records import EpochEnd, RunRecord
from tests.support.work import jobs, where

GIB = 2**30


class NVMLError(Exception):
    """What the library raises."""


@pytest.fixture
def driver(monkeypatch) -> SimpleNamespace:
    """Give this machine two GPUs, of which other processes use what the test says."""
    found = SimpleNamespace(
        processes={0: [], 1: []},
        used={0: 0, 1: 0},
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetHandleByUUID=lambda name: int(name[-1]),
    )
    found.nvmlDeviceGetComputeRunningProcesses = lambda index: [
        SimpleNamespace(pid=pid) for pid in found.processes[index]
    ]
    found.nvmlDeviceGetMemoryInfo = lambda index: SimpleNamespace(used=found.used[index], total=80 * GIB)
    monkeypatch.setitem(sys.modules, "pynvml", found)
    monkeypatch.setattr("benchmarks.machine.accelerators", lambda: ["0", "1"])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(gpus, "POLL_SECONDS", 0.01)
    return found


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """Give the meter a clock that the test moves."""
    now = [0.0]
    monkeypatch.setattr(gpus, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=lambda seconds: None))
    return now


def plan(**fields) -> Plan:
    return Plan(run=(PlannedRun(paper="starter"),), hours=1, **fields)


def test_free_gpus_are_taken_at_once(driver):
    said: list[str] = []
    wait_until_free(1, said.append)
    assert said == []


def test_a_gpu_that_others_use_is_waited_for(driver):
    driver.processes[1] = [4321]
    said: list[str] = []

    def listen(text: str) -> None:
        said.append(text)
        driver.processes[1] = []

    wait_until_free(7200, listen)
    assert said == [
        "GPU 1 is used by process 4321 (unknown); 0.0 of 80.0 GiB are taken. Waiting for it to be free, for 2 "
        "hours at most.",
        "The GPU is free now.",
    ]


def test_a_process_of_another_container_is_seen_by_its_memory(driver):
    driver.used[0] = 30 * GIB
    assert others() == ["GPU 0 is used by a process that is invisible here; 30.0 of 80.0 GiB are taken"]
    driver.used[0] = GIB  # what a desktop takes
    assert others() == []


@pytest.mark.parametrize(("chosen", "seen"), [("0", []), ("GPU-1", ["1"]), ("1,0", ["1"]), ("", []), ("7", [])])
def test_only_the_gpus_of_this_process_count(driver, monkeypatch, chosen, seen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    driver.processes[1] = [4321]
    monkeypatch.setattr(driver, "nvmlDeviceGetHandleByIndex", lambda index: index if index < 2 else missing())
    assert [text.partition(" is")[0][-1] for text in others()] == seen


def missing() -> None:
    raise NVMLError("there is no such GPU")


def test_without_a_driver_nobody_is_waited_for(driver, monkeypatch):
    monkeypatch.setattr(driver, "nvmlInit", missing)
    driver.processes[0] = [4321]
    assert others() == []


def test_a_night_gives_up_and_says_who_had_the_gpu(driver):
    driver.processes[0] = [4321]
    with pytest.raises(Stop, match="others used the GPU for all of 1 second: GPU 0 is used by process 4321"):
        wait_until_free(1, lambda text: None)


def trained(count: int) -> list[Job]:
    """Return jobs that need more than arithmetic."""
    return [replace(job, recipe=replace(job.recipe, needs_keras=True)) for job in jobs(where, count)]


def run_of(clock: list[float], *seconds: float):
    """Return a runner whose jobs take some time each, with an epoch in the middle."""

    def run(jobs) -> Iterator[EpochEnd | RunRecord]:
        for job, took in zip(jobs, seconds, strict=True):
            clock[0] += took / 2
            yield EpochEnd(job.key, 1, 0.0, None, took / 2)
            clock[0] += took / 2
            yield RunRecord(job.key, {}, seconds=took)

    return run


@pytest.mark.parametrize(
    ("fields", "given", "hours"),
    [({}, None, 4.0), ({"jobs": 2}, None, 2.0), ({}, 1.0, 2.0), ({}, 0.0, 0.0)],
)
def test_gpu_hours_are_those_that_jobs_hold(driver, clock, monkeypatch, fields, given, hours):
    monkeypatch.setattr("benchmarks.machine.has_accelerator", lambda: True)
    monkeypatch.setattr("benchmarks.machine.cores", lambda: 2)
    meter = GpuMeter(plan(**fields), given=given)
    assert len(list(meter.around(run_of(clock, 3600, 3600))(trained(2)))) == 4
    assert meter.hours == pytest.approx(hours)


def test_a_budget_ends_a_night_after_an_epoch(driver, clock, monkeypatch):
    monkeypatch.setattr("benchmarks.machine.has_accelerator", lambda: True)
    meter, seen = GpuMeter(plan(gpu_hours=3)), []
    with pytest.raises(Stop, match="its 3 GPU hours were over"):
        for event in meter.around(run_of(clock, 3600, 3600))(trained(2)):
            seen.append(event)
    assert [type(event) for event in seen] == [EpochEnd, RunRecord, EpochEnd]
    assert meter.summary() == {"gpu hours": {"used": 3.0, "budget": 3.0, "gpus": 2.0}}


def test_a_rerun_holds_all_gpus_and_ends_with_the_budget(driver, clock, monkeypatch):
    monkeypatch.setattr("benchmarks.machine.has_accelerator", lambda: True)
    monkeypatch.setattr("benchmarks.machine.cores", lambda: 2)
    meter = GpuMeter(plan(jobs=2, gpu_hours=3))
    again = apart(meter.plan, meter, lambda job, threads: run_of(clock, 3600)([job]), pytest.fail)
    first, second = trained(2)
    assert len(list(again(first, 1))) == 2 and meter.hours == 2
    for hours in (1.5, 1.5):  # the second one does not begin
        with pytest.raises(Stop, match="its 3 GPU hours were over"):
            list(again(second, 1))
        assert clock[0] == hours * 3600


def test_a_machine_without_a_gpu_uses_no_gpu_hours(clock, monkeypatch):
    monkeypatch.setattr("benchmarks.machine.accelerators", list)
    meter = GpuMeter(plan(gpu_hours=0.001))
    assert len(list(meter.around(run_of(clock, 3600))(trained(1)))) == 2
    assert meter.summary() == {"gpu hours": {"used": 0.0, "budget": 0.001, "gpus": 0.0}}
    assert GpuMeter(plan()).summary() == {}


def test_only_a_night_with_jobs_waits_and_once(driver, clock, monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(gpus, "wait_until_free", lambda seconds, say: waited.append(seconds))
    for given, times in ((1, 0), (None, 1)):  # a scheduler gives GPUs that are free
        meter = GpuMeter(plan(wait_for_gpu="2 hours"), given=given)
        list(meter.around(run_of(clock))([]))
        list(meter.around(run_of(clock, 1))(jobs(where, 1)))  # arithmetic
        assert waited == []
        list(meter.around(run_of(clock, 1))(trained(1)))
        list(meter.around(run_of(clock, 1))(trained(1)))
        assert waited == [7200] * times
    assert meter.seconds == 2 * 2  # of two jobs on two GPUs


def test_visible_gpus(driver, monkeypatch):
    assert visible() == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert visible() == ["1"]


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        ("2 hours", 7200, "2 hours"),
        ("90 min", 5400, "1.5 hours"),
        ("1h", 3600, "1 hour"),
        ("45s", 45, "45 seconds"),
    ],
)
def test_times_with_a_unit(text, seconds, words):
    assert seconds_of(text) == seconds
    assert in_words(seconds) == words


@pytest.mark.parametrize("text", ["2", "soon", "", "0 hours", "-1 hour", "NaT", "1e99 days", "9 years", "2 h!"])
def test_times_without_sense_are_refused(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(f'hours = 1\nwait_for_gpu = "{text}"\n[[run]]\npaper = "starter"\n')
    with pytest.raises(DataError, match="wait_for_gpu: .*expected a") as found:
        read_plan(path)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("wait_for_gpu = 2", "expected a time with its unit, as .2 hours."),
        ('wait_for_gpu = "1 hour"\non = "ray"', "Ray gives a job GPUs that are free"),
        ("gpu_hours = 0", "gpu_hours: Input should be greater than 0"),
        ("gpu_hours = nan", "gpu_hours"),
        ('notify = "mail me"', "notify: "),
        ('notify = [""]', "notify: .*expected words"),
        ('notify = ["a\\u0007"]', "notify: .*expected words"),
        ('notify_on = "never"', "notify_on: Input should be 'change' or 'always'"),
    ],
)
def test_wrong_limits_are_a_line(tmp_path, line, error):
    path = tmp_path / "plan.toml"
    path.write_text(f"hours = 1\n{line}\n[[run]]\npaper = 'starter'\n")
    with pytest.raises(DataError, match=error) as found:
        read_plan(path)
    assert "\n" not in str(found.value)
