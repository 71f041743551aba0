"""Whole commands: two at once and a lock on PostgreSQL; kills while the local database is made and filled."""

import getpass
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType

from benchmarks.table import load_table
from results.records import RecordFiles, RunRecord
from results.tracking.client import set_up, tracking_uri
from results.tracking.leftovers import CELL_TAG, JOB_TAG, PARTIAL_TAG
from tests.support.processes import run, start, wait_for

pytestmark = pytest.mark.slow
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
KILLS = 3  # while the database is made, and while it is filled


class Postgres:
    """A PostgreSQL server of the test's own; it does not run as root."""

    def __init__(self, folder):
        self.folder, self.user = folder, "postgres" if getpass.getuser() == "root" else None
        (folder / "password").write_text("hunter2")
        if self.user:
            for path in (folder, folder / "password"):
                shutil.chown(path, self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"postgresql+psycopg://bob:hunter2@127.0.0.1:{self.port}/postgres"
        password = f"--pwfile={folder / 'password'}"
        self.program("initdb", "-U", "bob", "-A", "scram-sha-256", password, "-D", str(folder / "data"))
        options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.control("start", "-w", "-l", str(folder / "log"), "-o", options)

    def program(self, name, *arguments):
        command = [str(PROGRAMS[-1] / name), *arguments]
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def control(self, *arguments):
        self.program("pg_ctl", "-D", str(self.folder / "data"), *arguments)


@pytest.fixture(scope="module")
def postgres():
    if not PROGRAMS:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="needs the driver: the extra postgres")
    folder = Path(tempfile.mkdtemp())
    server = Postgres(folder)
    yield server
    server.control("stop", "-m", "immediate")
    shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path):
    """Return a results folder with five records for each cell of `starter`."""
    files = RecordFiles("starter", tmp_path)
    for planned in load_table("starter").plan():
        for seed in range(5):
            values = {planned.cell.metric.name: 0.5 + seed / 100}
            key = planned.key(0, seed, "tensorflow")
            files.append(RunRecord(key, values, finished=f"2026-11-2{seed}", code=planned.code))
    return tmp_path


def counts(address):
    """Return how many parents and jobs there are, how many different jobs, and all states of runs."""
    set_up()
    client = MlflowClient(address)
    experiment = client.get_experiment_by_name("starter").experiment_id
    runs = client.search_runs([experiment], run_view_type=ViewType.ALL)
    active = [run for run in runs if run.info.lifecycle_stage == "active"]
    jobs = [run.data.tags[JOB_TAG] for run in active if JOB_TAG in run.data.tags]
    parents = sum(CELL_TAG in run.data.tags for run in active)
    return parents, len(jobs), len(set(jobs)), {run.info.status for run in runs}


def test_two_commands_write_at_once_to_an_empty_database(postgres, folder):
    here = {"folder": folder, "MLFLOW_TRACKING_URI": postgres.address}
    commands = [start("track", "starter", **here) for _ in range(2)]
    outputs = [command.communicate() for command in commands]
    assert [command.returncode for command in commands] == [0, 0], outputs
    assert [errors for _, errors in outputs] == ["", ""]
    assert counts(postgres.address) == (3, 15, 15, {"FINISHED"})
    assert run("track", "starter", **here).startswith("0 run(s) sent, 15 were already there")


def test_a_lock_and_a_stop_of_the_server_cost_a_line_each(postgres, folder):
    import psycopg

    here = {"folder": folder, "MLFLOW_TRACKING_URI": postgres.address, "PGOPTIONS": "-c lock_timeout=1s"}
    run("track", "starter", **here)
    with closing(psycopg.connect(postgres.address.replace("+psycopg", ""))) as holder:
        holder.execute("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
        locked = start("track", "starter", **here)
        assert_one_line(
            locked, "MLflow failed: canceling statement due to lock timeout (postgresql+psycopg://***@"
        )
    postgres.control("stop", "-m", "immediate")
    dead = start("track", "starter", **here)
    assert_one_line(dead, "MLflow failed: connection ")
    postgres.control("start", "-w", "-l", str(postgres.folder / "log"))


def assert_one_line(command, beginning):
    _, errors = command.communicate()
    assert command.returncode == 1
    assert errors.startswith(beginning)
    assert errors.count("\n") == 1
    assert "SQL" not in errors
    assert "bob" not in errors
    assert "hunter2" not in errors


def test_kills_leave_nothing_running_and_nothing_twice(folder):
    here = {"folder": folder, "MLFLOW_TRACKING_URI": ""}
    states = set()
    for kill in range(KILLS):
        (folder / "mlflow.db").unlink(missing_ok=True)
        kill_once((folder / "mlflow.db.new").exists, 0.3 * kill, start("track", "starter", **here))
        assert run("track", "starter", **here)
        assert counts(tracking_uri(folder))[:3] == (3, 15, 15)
    for _ in range(KILLS):
        (folder / "mlflow.db").unlink(missing_ok=True)
        kill_once(lambda: is_amid_a_run(folder / "mlflow.db"), 0, start("track", "starter", **here))
        assert run("track", "starter", **here)
        assert counts(tracking_uri(folder))[:3] == (3, 15, 15)
        states |= counts(tracking_uri(folder))[3]
    assert states == {"FINISHED", "KILLED"}  # some were killed in the middle of a run
    assert sorted(path.name for path in folder.glob("mlflow.db*")) == ["mlflow.db", "mlflow.db.lock"]


def is_amid_a_run(path):
    """Return whether the run of a job is in a database without all that belongs to it."""
    if not path.exists():
        return False
    begun, complete = (f"SELECT run_uuid FROM tags WHERE key = '{tag}'" for tag in (PARTIAL_TAG, JOB_TAG))
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as found:
        return found.execute(f"{begun} EXCEPT {complete}").fetchone() is not None
    return False


def kill_once(condition, seconds, command):
    wait_for(condition, command)
    time.sleep(seconds)
    command.kill()
    command.communicate()
