"""MLflow: what is sent, that sending twice is harmless, and that a dead server never stops a run."""

import shutil
import sqlite3
from contextlib import closing
from math import sqrt

import pytest
import sqlalchemy
from mlflow import MlflowClient

from results.tracking.client import tracking_uri
from results.tracking.tracker import Tracker
from results.verdicts import judge
from tests.results.tracking.samples import CELL, curve, record


@pytest.fixture(scope="module")
def folder(sound, tmp_path_factory):
    """Return a folder with a database to which two trackers sent the same two records."""
    folder = tmp_path_factory.mktemp("results")
    shutil.copy(sound, folder / "mlflow.db")
    warnings = []
    answers = []
    for _ in range(2):
        tracker = Tracker("paper", folder, warnings.append)
        answers += [tracker.send(CELL, record(seed), curve(seed), {"epochs": "25"}) for seed in (0, 1)]
        tracker.send_verdicts([judge(CELL, [record(0), record(1)], folds=1, runs=2)])
    assert warnings == []
    assert answers == [True, True, False, False]
    return folder


@pytest.fixture(scope="module")
def runs(folder):
    client = MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("paper")
    return client, client.search_runs([experiment.experiment_id])


def test_files_join_the_run_of_their_record(folder, runs, tmp_path):
    picture = tmp_path / "filters.png"
    picture.write_bytes(b"picture")
    tracker = Tracker("paper", folder, pytest.fail)
    tracker.send_files(record(1), [picture])
    tracker.send_files(record(9), [picture])  # it has no run: nothing happens
    client, found = runs
    mine = {run.info.run_id: run.data.tags.get("seed") for run in found}
    having = [seed for name, seed in mine.items() if client.list_artifacts(name, "look")]
    assert having == ["1"]
    assert (folder / "mlartifacts").is_dir()


def test_a_parent_per_cell_and_a_nested_run_per_job(runs):
    _, found = runs
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    nested = [run for run in found if "mlflow.parentRunId" in run.data.tags]
    assert (len(parents), len(nested)) == (1, 2)
    assert {run.data.tags["mlflow.parentRunId"] for run in nested} == {parents[0].info.run_id}
    assert {"verdict": "inconclusive", "backend": "jax", "commit": "c0ffee"}.items() <= parents[
        0
    ].data.tags.items()
    numbers = {"test accuracy": 82.5, "published test accuracy": 82.7, "n": 2, "mean": 82.5, "published": 82.7}
    numbers |= {"margin": 1.5, "sd": sqrt(0.5), "distance": -0.2, "distance in margins": 0.2 / 1.5, "seconds": 6}
    found = parents[0].data.metrics
    assert found.pop("interval low") < 82.5 < found.pop("interval high") <= 100
    assert found == pytest.approx(numbers)


def test_a_run_has_settings_provenance_and_its_curve(runs):
    client, found = runs
    run = next(run for run in found if run.data.metrics.get("test accuracy") == 83.0)
    assert run.data.params == {"epochs": "25"}
    expected = {"paper": "paper", "table": "2", "row": "CNN's", "column": "SST-2", "backend": "jax"}
    expected |= {"device": "cpu", "commit": "c0ffee", "data hash": "da7a"}
    assert expected.items() <= run.data.tags.items()
    assert run.data.metrics["published test accuracy"] == 82.7
    assert run.data.metrics["device memory MB"] == 5
    history = client.get_metric_history(run.info.run_id, "valid")
    assert [(point.step, point.value) for point in history] == [(1, 81.0), (2, 82.0)]


def test_an_incomplete_run_is_deleted_and_sent_again(folder, runs):
    client, found = runs
    run = next(run for run in found if run.data.metrics.get("test accuracy") == 82.0)
    client.delete_tag(run.info.run_id, "retable.job")
    tracker = Tracker("paper", folder, lambda text: None)
    assert tracker.send(CELL, record(0), curve(0), {})
    left = client.search_runs([run.info.experiment_id], "metrics.`test accuracy` = 82.0")
    assert len(left) == 1
    assert left[0].info.run_id != run.info.run_id


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "sqlite:////proc/no/such.db"], ids=["server", "store"])
def test_a_dead_store_warns_once_and_stops_nothing(tmp_path, monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    warnings = []
    tracker = Tracker("paper", tmp_path, warnings.append)
    assert not any(tracker.send(CELL, record(seed), [], {}) for seed in range(3))
    assert len(warnings) == 1
    assert "retable track" in warnings[0]


def test_a_trial_is_not_promised_to_be_sent_later(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "foo://bob:hunter2@host")
    warnings = []
    Tracker("paper", tmp_path, warnings.append, sent_later=False).tidy()
    assert "Trials can't be sent later" in warnings[0]
    assert "retable track" not in warnings[0]
    assert "hunter2" not in warnings[0]


def test_a_deleted_experiment_says_how_to_restore_it(results):
    warnings = []
    assert Tracker("paper", results, warnings.append).send(CELL, record(0), [], {})
    client = MlflowClient(tracking_uri(results))
    experiment = client.get_experiment_by_name("paper").experiment_id
    client.delete_experiment(experiment)
    assert not Tracker("paper", results, warnings.append).send(CELL, record(1), [], {})
    (warning,) = warnings
    assert f"`MLFLOW_TRACKING_URI={tracking_uri(results)} mlflow experiments restore" in warning
    assert f"restore --experiment-id {experiment}` brings it back" in warning
    client.restore_experiment(experiment)
    assert Tracker("paper", results, pytest.fail).send(CELL, record(1), [], {})


def test_a_damaged_database_is_replaced_and_gets_all_records_again(results):
    assert Tracker("paper", results, pytest.fail).send(CELL, record(0), [], {})
    (results / "mlflow.db").write_bytes(b"")
    notices = []
    assert Tracker("paper", results, notices.append).send(CELL, record(0), [], {})
    (notice,) = notices
    assert f"{results / 'mlflow.db'} can't be used: it is empty. It is now mlflow.db.old-1" in notice
    assert f"`retable track paper --results {results}` sends all records of the paper again" in notice


def test_a_locked_database_warns_and_stops_nothing(results, monkeypatch):
    monkeypatch.setattr("results.tracking.database.PATIENCE_SECONDS", 0.1)
    warnings = []
    with closing(sqlite3.connect(results / "mlflow.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert not Tracker("paper", results, warnings.append).send(CELL, record(0), [], {})
        holder.rollback()
    assert warnings[0].startswith("MLflow failed: database is locked (sqlite:")
    assert Tracker("paper", results, pytest.fail).send(CELL, record(0), [], {})


def test_a_database_that_is_locked_later_warns_without_sql(results, monkeypatch, capfd):
    patient = sqlalchemy.sql.text  # MLflow lets SQLite wait for 20 seconds
    monkeypatch.setattr("sqlalchemy.sql.text", lambda text: patient(text.replace("20000", "100")))
    warnings = []
    tracker = Tracker("paper", results, warnings.append)
    assert tracker.send(CELL, record(0), [], {})
    with closing(sqlite3.connect(results / "mlflow.db")) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert not tracker.send(CELL, record(1), [], {})
        holder.rollback()
    assert warnings[0].startswith("MLflow failed: database is locked (sqlite:")
    assert "SQL:" not in warnings[0]
    assert capfd.readouterr().err == ""  # MLflow itself would print a traceback


@pytest.mark.parametrize("name", ["a?b", "100%", "a%20b"])
def test_a_folder_that_mlflow_would_take_for_another_is_refused(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    warnings = []
    Tracker("paper", folder, warnings.append).tidy()
    assert f"can't open {folder / 'mlflow.db'}: expected a folder without ? and %" in warnings[0]
    assert list(tmp_path.iterdir()) == [folder]
