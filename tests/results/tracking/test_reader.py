"""Reading from MLflow: trials and runs changed by hand are left out; nothing is made or replaced."""

from dataclasses import replace

import pytest
from mlflow import MlflowClient

from results.ledger import ResultsError
from results.tracking.client import tracking_uri
from results.tracking.leftovers import JOB_TAG
from results.tracking.reader import tracked_records
from results.tracking.tracker import Tracker
from tests.results.tracking.samples import CELL, record


def test_trials_and_runs_changed_by_hand_are_left_out(results):
    tracker = Tracker("paper", results, pytest.fail)
    for one in (record(0), replace(record(1), commit="c0ffee+"), record(2), record(3)):
        assert tracker.send(CELL, one, [], {})
    client = MlflowClient(tracking_uri(results))
    for run in client.search_runs([client.get_experiment_by_name("paper").experiment_id]):
        if run.data.tags.get("seed") == "2":
            client.set_tag(run.info.run_id, "seed", "two")
        if run.data.tags.get("seed") == "3":
            client.delete_tag(run.info.run_id, JOB_TAG)
    warnings = []
    (found,) = tracked_records("paper", results, "", warnings.append)
    assert (found.key, found.metrics) == (record(0).key, record(0).metrics)
    (warning,) = warnings
    assert "changed by hand" in warning


def test_what_cannot_be_read_says_which_command_helps(results):
    command = f"`retable track paper --results {results}`"
    with pytest.raises(ResultsError, match="no experiment paper; ") as lacking:
        tracked_records("paper", results, "", pytest.fail)
    assert f"{command} makes it" in str(lacking.value)
    with pytest.raises(ResultsError, match="Invalid clause"):
        Tracker("paper", results, pytest.fail).tidy()
        tracked_records("paper", results, "nonsense =", pytest.fail)
    (results / "mlflow.db").write_bytes(b"")
    with pytest.raises(ResultsError, match="it is empty; ") as damaged:
        tracked_records("paper", results, "", pytest.fail)
    assert f"{command} replaces it" in str(damaged.value)
    assert (results / "mlflow.db").read_bytes() == b""
    (results / "mlflow.db").unlink()
    with pytest.raises(ResultsError, match="there is no .*mlflow.db; "):
        tracked_records("paper", results, "", pytest.fail)
    assert not (results / "mlflow.db").exists()
