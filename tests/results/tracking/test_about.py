"""What a run has beside its record: data sets, files, source, system metrics; and what a cell's parent run has."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from results.records import Observed
from results.tracking.about import CellAbout, JobAbout, PaperAbout, UsedData, filter_of, page_name
from results.tracking.client import tracking_uri
from results.tracking.leftovers import FORM_TAG
from results.tracking.tracker import Tracker
from results.verdicts import judge
from tests.results.tracking.samples import CELL, curve, record

SOURCE = "https://example.org/sst.zip"
DATA = UsedData("SST-2", "da7a", (SOURCE, "one file more"), "Socher et al. (2013)", {"train": 6920, "test": 1821})
JOB = JobAbout({"build": {"width": 300}}, DATA, "retable run paper", "A *seed*.", np.array([0, 1, 1], "uint8"))
SEEN = Observed(
    samples=((1000.0, {"cpu_utilization_percentage": 50.0}), (1010.0, {"cpu_utilization_percentage": 70.0})),
    confusion=((3, 1), (0, 2)),
)
PAPER = PaperAbout("A paper", "https://doi.org/10.1000/182", "What it says.")


def observed(seed: int):
    return replace(record(seed), observed=SEEN)


def runs_of(folder, where="", order=()):
    client = MlflowClient(tracking_uri(folder))
    experiment = client.get_experiment_by_name("paper")
    return client, client.search_runs([experiment.experiment_id], where, order_by=list(order))


@pytest.fixture(scope="module")
def folder(sound, tmp_path_factory):
    """Return a folder whose database has a run with all that a run can have, and a verdict."""
    folder = tmp_path_factory.mktemp("about")
    (folder / "mlflow.db").write_bytes(sound.read_bytes())
    tracker = Tracker("paper", folder, pytest.fail, about=PAPER)
    with tracker.many():
        assert tracker.send(CELL, observed(0), curve(0), {"epochs": "25"}, JOB)
    verdict = judge(CELL, [record(seed) for seed in range(2)], folds=1, runs=2)
    tracker.send_verdicts(
        [verdict], {page_name(CELL): CellAbout("retable run paper", "paper/cell.html", "A cell.")}
    )
    return folder


def test_a_run_is_found_by_its_data_and_knows_their_sizes(folder):
    _, (run,) = runs_of(folder, "dataset.name = 'SST-2'")
    parts = {part.tags[0].value: part.dataset for part in run.inputs.dataset_inputs}
    assert {name: part.name for name, part in parts.items()} == {"train": "SST-2", "test": "SST-2, test"}
    assert {part.digest for part in parts.values()} == {"da7a"}
    assert '"num_rows": 6920' in parts["train"].profile and '"num_rows": 1821' in parts["test"].profile
    assert SOURCE in parts["train"].source and "one file more" in parts["train"].profile


def test_data_without_an_address_are_described_in_words(results):
    about = JobAbout(data=UsedData("tones", "generated", (), "generated from the seed"))
    assert Tracker("paper", results, pytest.fail).send(CELL, record(0), [], {}, about)
    _, (run,) = runs_of(results, "dataset.name = 'tones'")
    assert "generated from the seed" in run.inputs.dataset_inputs[0].dataset.source


def test_a_run_has_files_source_and_description(folder):
    client, (run,) = runs_of(folder, "tags.seed = '0'")
    files = {
        entry.path: client.download_artifacts(run.info.run_id, entry.path)
        for entry in client.list_artifacts(run.info.run_id)
    }
    texts = {name: Path(path).read_text("utf-8") for name, path in files.items()}
    assert texts.keys() == {"recipe.json", "curve.csv", "predictions.csv", "confusion.csv"}
    assert '"width": 300' in texts["recipe.json"]
    assert texts["curve.csv"].splitlines()[1] == "1,1.0,81.0,0.1"
    assert texts["predictions.csv"].splitlines()[1:] == ["0,0", "1,1", "2,1"]
    assert texts["confusion.csv"].splitlines() == ["true / predicted,0,1", "0,3,1", "1,0,2"]
    expected = {
        "mlflow.source.name": "retable",
        "mlflow.source.git.commit": "c0ffee",
        "command": "retable run paper",
    }
    assert (expected | {"mlflow.note.content": "A *seed*."}).items() <= run.data.tags.items()


def test_system_metrics_have_the_time_of_their_samples(folder):
    client, (run,) = runs_of(folder, "tags.seed = '0'")
    points = client.get_metric_history(run.info.run_id, "system/cpu_utilization_percentage")
    assert [(point.step, point.timestamp, point.value) for point in points] == [(0, 1000000, 50), (1, 1010000, 70)]


def test_weights_are_sent_where_they_are_small(results, tmp_path):
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"weights")
    assert Tracker("paper", results, pytest.fail).send(CELL, record(0), [], {}, JobAbout(weights=weights))
    client, (run,) = runs_of(results, "tags.seed = '0'")
    assert [entry.path for entry in client.list_artifacts(run.info.run_id)] == ["model.weights.h5"]


def test_an_experiment_says_what_it_is_and_keeps_a_users_description(folder):
    client = MlflowClient(tracking_uri(folder))
    experiment = client.get_experiment_by_name("paper")
    expected = {
        "title": "A paper",
        "address": "https://doi.org/10.1000/182",
        "mlflow.note.content": "What it says.",
    }
    assert expected.items() <= experiment.tags.items()
    client.set_experiment_tag(experiment.experiment_id, "mlflow.note.content", "mine")
    Tracker("paper", folder, pytest.fail, about=PAPER._replace(text="Another text.")).tidy()
    assert client.get_experiment_by_name("paper").tags["mlflow.note.content"] == "mine"


def test_a_cells_run_is_found_by_its_filter_and_sorts_by_distance(folder):
    place = filter_of(CELL)
    assert place.experiment == "paper"
    _, (run,) = runs_of(folder, place.filter)
    expected = {
        "verdict": "inconclusive",
        "stale": "no",
        "report page": "paper/cell.html",
        "metric": "test accuracy",
    }
    assert expected.items() <= run.data.tags.items()
    _, ordered = runs_of(folder, order=["metrics.`distance in margins` DESC"])
    assert ordered[0].info.run_id == run.info.run_id


def test_numbers_that_are_lost_become_nan_and_others_stay(results):
    verdict = judge(CELL, [record(0), record(1)], folds=1, runs=2)
    Tracker("paper", results, pytest.fail).send_verdicts([verdict])
    Tracker("paper", results, pytest.fail).send_verdicts([judge(CELL, [record(0)], folds=1, runs=2)])
    _, (run,) = runs_of(results)
    assert run.data.metrics["n"] == 1 and math.isnan(run.data.metrics["sd"])
    assert run.data.metrics["published"] == 82.7


def test_two_metrics_of_one_place_have_a_run_each(results):
    other = CELL._replace(metric=CELL.metric._replace(name="mistakes"), value=None, margin=None)
    found = [judge(cell, [record(0)], folds=1, runs=2) for cell in (CELL, other)]
    for _ in range(2):
        Tracker("paper", results, pytest.fail).send_verdicts(found)
    _, runs = runs_of(results)
    assert {run.data.tags["metric"] for run in runs} == {"test accuracy", "mistakes"} and len(runs) == 2


def test_nothing_is_written_where_nothing_has_changed(folder, monkeypatch):
    verdict = judge(CELL, [record(seed) for seed in range(2)], folds=1, runs=2)
    about = {page_name(CELL): CellAbout("retable run paper", "paper/cell.html", "A cell.")}
    writes = []
    monkeypatch.setattr(MlflowClient, "log_batch", lambda *arguments, **options: writes.append(arguments))
    monkeypatch.setattr(MlflowClient, "create_run", lambda *arguments, **options: writes.append(arguments))
    tracker = Tracker("paper", folder, pytest.fail, about=PAPER)
    with tracker.many():
        assert not tracker.lacks(observed(0))
        assert not tracker.send(CELL, observed(0), curve(0), {}, JOB)
        tracker.send_verdicts([verdict], about)
    assert writes == []


def test_a_run_of_an_earlier_version_is_completed_once(results):
    assert Tracker("paper", results, pytest.fail).send(CELL, record(0), curve(0), {"epochs": "25"})
    client, (run,) = runs_of(results, "tags.seed = '0'")
    client.delete_tag(run.info.run_id, FORM_TAG)
    tracker = Tracker("paper", results, pytest.fail)
    assert tracker.lacks(record(0)) and not tracker.send(CELL, record(0), curve(0), {}, JOB)
    assert tracker.send_missing(record(0), curve(0), JOB)
    assert not Tracker("paper", results, pytest.fail).lacks(record(0))
    client, (run,) = runs_of(results, "tags.seed = '0'")
    assert run.data.params == {"epochs": "25"} and len(run.inputs.dataset_inputs) == 2
    assert len(client.list_artifacts(run.info.run_id)) == 3


def test_a_store_that_takes_no_files_costs_a_line_and_files_come_later(results, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied", "s3://bucket")

    lines = []
    with monkeypatch.context() as patched:
        patched.setattr("results.tracking.artifacts.upload", refuse)
        tracker = Tracker("paper", results, lines.append)
        assert all(tracker.send(CELL, record(seed), curve(seed), {}, JOB) for seed in (0, 1))
        assert not tracker.lacks(record(0))  # it is not tried again for every run
    (line,) = lines
    assert line.startswith(
        "MLflow takes no files: Permission denied: s3://bucket. When this is mended, `retable track"
    )
    later = Tracker("paper", results, pytest.fail)
    assert later.lacks(record(0)) and later.send_missing(record(0), curve(0), JOB)
    client, (run,) = runs_of(results, "tags.seed = '0'")
    assert len(client.list_artifacts(run.info.run_id)) == 3
