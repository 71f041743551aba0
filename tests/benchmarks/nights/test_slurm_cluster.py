"""A night as an array on a cluster of Slurm: this machine alone, with a controller and a node of its own."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.signals import Status
from results.records import RecordFiles
from tests.support.processes import COMMAND, ROOT
from tests.support.slurm import ask, cluster, lacking, states

pytestmark = pytest.mark.slow
MINUTES = 20  # for all jobs, on a busy machine
PLAN = """
hours = 2
epochs = 40
lookalike = true
checkpoint_after = 0
results = "out"
notify = ["./tell.sh"]
wait_for_gpu = "1 hour"

[[run]]
paper = "starter"
row = "LeNet-style"
column = "digits"
seeds = 3

[[run]]
paper = "lectures"
table = "004"
"""


@pytest.fixture(scope="module")
def slurm():
    """Run a cluster, or say what it needs."""
    if reason := lacking():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, cluster(Path(folder), most=4) as environment:
        yield environment


@pytest.fixture
def place(tmp_path, slurm) -> dict[str, str]:
    """Return the environment of a night in a folder with an awkward name."""
    own = {"RETABLE_HOME": str(tmp_path / "home"), "RETABLE_RESULTS": str(tmp_path / "all")}
    own |= {"PYTHONPATH": str(ROOT), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "RETABLE_JOBS": "auto"}
    return os.environ | slurm | own


def scheduled(tmp_path: Path, place: dict[str, str], *options: str) -> Path:
    """Write a plan and its scripts; return the script that begins a night."""
    folder = tmp_path / "50 % of 'it'"
    folder.mkdir()
    (folder / "night.toml").write_text(PLAN)
    (folder / "tell.sh").write_text("#!/bin/sh\ncat > summary.json\n")
    (folder / "tell.sh").chmod(0o755)
    command = ["schedule", str(folder / "night.toml"), "--with", "slurm", "--gpus", "0", "--output", str(folder)]
    done = subprocess.run([*COMMAND, *command, *options], cwd=ROOT, env=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "retable-night-submit.sh"


def begin(script: Path, place: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", str(script)], env=place, capture_output=True, text=True)


def wait(condition: Callable[[], object], place: dict[str, str]) -> None:
    """Wait until a condition holds; let requeued tasks begin at once, which Slurm delays by two minutes."""
    deadline = time.monotonic() + MINUTES * 60
    while not condition():
        assert time.monotonic() < deadline, states(place)
        for number, state in states(place).items():
            if state == "PENDING" and "_" in number:
                ask("scontrol", "update", f"jobid={number}", "StartTime=now", environment=place)
        time.sleep(0.5)


def test_a_requeued_task_continues_and_every_record_is_there_once(tmp_path, place):
    script = scheduled(tmp_path, place, "--partition", "gpu", "--array-limit", "2", "--time", "1:00:00")
    done = begin(script, place)
    assert done.returncode == 0, done.stderr
    assert " in 4 task(s) as array" in done.stdout
    array = done.stdout.partition("as array ")[2].partition(";")[0]
    again = begin(script, place)
    assert (again.returncode, array in again.stdout) == (Status.ALREADY_RUNNING, True), again.stderr

    checkpoints = tmp_path / "home" / "checkpoints"
    whole = "*/[!.]*.npz"  # others are being written
    wait(lambda: list(checkpoints.glob(whole)), place)
    waiting = next(checkpoints.glob(whole))
    running = [number for number, state in states(place).items() if state == "RUNNING"]
    for number in running:
        ask("scontrol", "requeue", number, environment=place)
    wait(lambda: not set(running) & {n for n, state in states(place).items() if state == "RUNNING"}, place)
    assert waiting.exists()
    wait(lambda: not states(place), place)

    logs = "".join(path.read_text() for path in (tmp_path / "all" / "nightly").glob("*.array/logs/*"))
    assert "Stopped: SIGTERM stopped it; the next night continues." in logs, logs
    assert "Night: " in logs, logs
    for paper in ("starter", "lectures"):
        files = RecordFiles(paper, script.parent / "out" / "trial")
        keys = [record.key.identity for record in files.records() if not record.error]
        assert len(keys) == len(set(keys)) > 0, logs
        for points in files.curves().values():
            assert [point.epoch for point in points] == list(range(1, len(points) + 1))
    assert '"runs left": 0' in (script.parent / "summary.json").read_text()
    assert not list(checkpoints.glob(whole))


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--partition", "nope"), "invalid partition specified: nope"), (("--gpus", "7"), "refuses")],
)
def test_what_the_cluster_refuses_is_a_line(tmp_path, place, options, said):
    done = begin(scheduled(tmp_path, place, *options), place)
    assert done.returncode == Status.FAILED
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
