"""A real MLflow server: all is sent, by two commands too, and one that dies in the middle costs a line."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from mlflow import MlflowClient

from results.tracking.leftovers import CELL_TAG, JOB_TAG
from results.tracking.reader import tracked_records
from results.tracking.receipts import state_of
from results.tracking.tracker import Tracker
from results.verdicts import judge
from tests.results.tracking.samples import CELL, curve, record

SECONDS = 60


class Server:
    """A server on a free port, with a database and artifacts in a folder."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.process = folder, None

    def start(self):
        store = ["--backend-store-uri", f"sqlite:///{self.folder / 'mlflow.db'}"]
        place = ["--artifacts-destination", str(self.folder / "artifacts"), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--workers", "1", *store, *place],
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + SECONDS
        while not self.answers():
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)

    def answers(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=1).status == 200
        except OSError:
            return False

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def server(sound, tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(sound, folder / "mlflow.db")
    server = Server(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def address(server, monkeypatch):
    """Name the server with a password, which it does not ask for."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://bob:hunter2@127.0.0.1:{server.port}")


def found(paper):
    client = MlflowClient()
    return client, client.search_runs([client.get_experiment_by_name(paper).experiment_id])


def test_everything_is_sent_once_and_read_back(tmp_path, capfd):
    picture = tmp_path / "filters.png"
    picture.write_bytes(b"picture")
    answers = []
    for _ in range(2):
        tracker = Tracker("once", tmp_path, pytest.fail)
        answers += [tracker.send(CELL, record(seed), curve(seed), {"epochs": "25"}) for seed in (0, 1)]
        tracker.send_verdicts([judge(CELL, [record(0), record(1)], folds=1, runs=2)])
    tracker.send_files(record(1), [picture])
    assert answers == [True, True, False, False]
    client, runs = found("once")
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert [len([run for run in runs if tag in run.data.tags]) for tag in (CELL_TAG, JOB_TAG)] == [1, 2]
    pictures = [run for run in runs if client.list_artifacts(run.info.run_id, "look")]
    assert [run.data.tags["seed"] for run in pictures] == ["1"]
    back = tracked_records("once", tmp_path, "", pytest.fail)
    assert [(one.key, one.metrics) for one in back] == [
        (record(seed).key, record(seed).metrics) for seed in (0, 1)
    ]
    output = capfd.readouterr()
    assert output.out == output.err == ""  # MLflow itself would print the address with its password
    assert not list(tmp_path.glob("mlflow.db*"))


def test_a_deleted_experiment_says_how_to_restore_it(tmp_path):
    Tracker("deleted", tmp_path, pytest.fail).tidy()
    client, _ = found("deleted")
    experiment = client.get_experiment_by_name("deleted").experiment_id
    assert state_of(os.environ["MLFLOW_TRACKING_URI"], "deleted").startswith(f"{experiment} ")
    client.delete_experiment(experiment)
    assert not state_of(os.environ["MLFLOW_TRACKING_URI"], "deleted")
    warnings = []
    Tracker("deleted", tmp_path, warnings.append).tidy()
    assert f"; `mlflow experiments restore --experiment-id {experiment}` brings it back" in warnings[0]


def test_a_server_that_dies_in_the_middle_costs_one_line(server, tmp_path):
    """This test is the last: the server is gone afterwards."""
    warnings = []
    tracker = Tracker("dies", tmp_path, warnings.append)
    assert tracker.send(CELL, record(0), curve(0), {})
    server.kill()
    started = time.monotonic()
    assert not any(tracker.send(CELL, record(seed), curve(seed), {}) for seed in (1, 2))
    tracker.send_verdicts([judge(CELL, [record(0)], folds=1, runs=2)])
    assert time.monotonic() - started < 30
    (warning,) = warnings
    assert warning.startswith(
        f"MLflow failed: http://***@127.0.0.1:{server.port} does not answer. The results are"
    )
