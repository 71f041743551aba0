"""What MLflow gets of real papers: data, commands and pages; records that are sent later, once and completed."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from typer.testing import CliRunner

from benchmarks.cli.app import app
from benchmarks.jobs import Options
from benchmarks.table import load_table
from benchmarks.tracked.about import command, of_data, of_job, of_paper, report_page
from benchmarks.tracked.later import Tracked, track
from results.folders import results_folder
from results.predictions import encode
from results.records import RecordFiles, RunRecord
from results.tracking.about import filter_of
from results.tracking.client import tracking_uri
from results.tracking.leftovers import FORM_TAG
from results.tracking.store import Store
from results.tracking.tracker import Tracker
from tests.support.processes import ROOT

SMALL = "lecun1989"
TREC = ("2", "CNN-rand", "TREC")


def kim():
    table = load_table("kim2014")
    return table, table.plan(table.cells(*TREC))


@pytest.fixture
def folder(sound, tmp_path):
    """Return a folder with a database and two records, the first of which was made twice."""
    shutil.copy(sound, tmp_path / "mlflow.db")
    _, (planned,) = kim()
    files = RecordFiles("kim2014", tmp_path)
    for number, seed in enumerate((0, 0, 1)):
        kept = encode(np.array([number, 1, 2]))
        record = RunRecord(planned.key(0, seed, "tensorflow"), {"test accuracy": 91.0 + number}, predictions=kept)
        files.append(replace(record, finished=f"2026-11-2{number}", code=planned.code, commit="c0ffee"))
    return tmp_path


def tracked(folder) -> Tracked:
    table, planned = kim()
    tracker = Tracker("kim2014", folder, pytest.fail, about=of_paper(table))
    return track(planned, RecordFiles("kim2014", folder), tracker)


def found(folder, where: str = "", paper: str = "kim2014"):
    client = MlflowClient(tracking_uri(folder))
    return client, client.search_runs([client.get_experiment_by_name(paper).experiment_id], where)


def test_records_are_sent_once_and_completed_once(folder):
    assert tracked(folder) == Tracked(3, 0, 0, 0)
    assert tracked(folder) == Tracked(0, 3, 0, 0)
    client, runs = found(folder, "tags.seed = '1'")
    client.delete_tag(runs[0].info.run_id, FORM_TAG)
    assert tracked(folder) == Tracked(0, 3, 1, 0)
    assert tracked(folder) == Tracked(0, 3, 0, 0)
    assert len(found(folder)[1]) == 4


def test_a_deleted_run_is_sent_again(folder):
    assert tracked(folder).sent == 3
    client, runs = found(folder, "tags.seed = '1'")
    client.delete_run(runs[0].info.run_id)
    assert tracked(folder) == Tracked(1, 2, 0, 0)


def test_predictions_belong_to_the_last_record_of_a_job(folder):
    tracked(folder)
    client, runs = found(folder, "tags.seed = '0'")
    having = {
        run.data.tags["finished"]: "predictions.csv" in [a.path for a in client.list_artifacts(run.info.run_id)]
        for run in runs
    }
    assert having == {"2026-11-20": False, "2026-11-21": True}


def test_the_parent_of_a_cell_is_found_and_has_its_page_and_command(folder):
    tracked(folder)
    _, (planned,) = kim()
    _, (parent,) = found(folder, filter_of(planned.cell).filter)
    assert parent.data.tags["report page"] == report_page(planned.cell)
    assert parent.data.tags["report page"].startswith("kim2014/2-cnn-rand-")
    assert parent.data.tags["command"].startswith("retable run kim2014 --table 2 --row CNN-rand --column TREC")
    assert parent.data.metrics["margin"] == 1.5


def test_the_command_of_a_trial_makes_the_trial_again(tmp_path):
    table = load_table("kim2014")
    options = Options(epochs=2, lookalike=True, changes=(("optimizer.rho", "0.9"),))
    (planned,) = table.plan(table.cells(*TREC), options)
    text = command(planned, results_folder() / "trial", "jax")
    assert text == (
        "retable run kim2014 --table 2 --row CNN-rand --column TREC --set optimizer.rho=0.9 --epochs 2 "
        "--lookalike --backend jax"
    )
    assert command(planned, tmp_path).endswith(f"--results {tmp_path}")


def test_data_have_their_address_and_their_sizes_as_far_as_they_are_known():
    _, (planned,) = kim()
    data = of_data(planned.recipe.dataset, {})
    assert data and data.name == "TREC" and data.examples == 5952 and not data.sizes
    assert data.sources[0].startswith("https://raw.githubusercontent.com/")
    assert dict(of_data(planned.recipe.dataset, {"train": 5452}).sizes) == {"train": 5452}
    mnist = next(
        one.recipe.dataset
        for one in load_table("lecun1998").plan()
        if one.fingerprint and one.recipe.dataset.name == "MNIST"
    )
    assert dict(of_data(mnist, {}).sizes) == {"train": 60000, "test": 10000}


def test_a_cell_without_recipe_has_nothing_to_say():
    table = load_table("kim2014")
    none = next(one for one in table.plan() if not one.fingerprint)
    record = RunRecord(kim()[1][0].key(0, 0, "jax"), {})
    assert of_job(none, record, Path("results")).recipe is None


@pytest.fixture
def small(sound, tmp_path):
    """Return a folder with a database and three records of a paper that has few cells."""
    shutil.copy(sound, tmp_path / "mlflow.db")
    table = load_table(SMALL)
    planned = next(one for one in table.plan() if one.fingerprint)
    metrics = {metric.name: 1.0 for metric in planned.recipe.metrics}
    for seed in range(3):
        record = RunRecord(planned.key(0, seed, "tensorflow"), metrics, finished="2026-11-20", code=planned.code)
        RecordFiles(SMALL, tmp_path).append(record)
    return tmp_path


def test_all_papers_are_sent_by_one_command(small):
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["track", "--results", str(small)])
    assert result.stdout == f"{SMALL}: 3 run(s) sent, 0 were already there.\n"


def again(folder, *options: str) -> str:
    words = ["track", SMALL, "--results", str(folder), *options]
    return CliRunner().invoke(app, words, catch_exceptions=False).stdout


def test_without_anything_new_mlflow_is_not_asked(small, monkeypatch):
    assert again(small).startswith("3 run(s) sent, 0 were")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "open", lambda store, say: pytest.fail("MLflow was asked"))
        assert again(small) == "0 run(s) sent, 3 were already there.\n"
        with pytest.raises(pytest.fail.Exception, match="was asked"):
            again(small, "--check")
    files = RecordFiles(SMALL, small)
    files.append(replace(files.records()[0], finished="2026-11-29"))
    assert again(small) == "1 run(s) sent, 3 were already there.\n"


def test_what_happened_to_the_database_is_noticed(small, sound):
    again(small)
    client, runs = found(small, "tags.seed = '1'", SMALL)
    client.delete_run(runs[0].info.run_id)
    assert again(small) == "1 run(s) sent, 2 were already there.\n"
    shutil.copy(sound, small / "mlflow.db")
    assert again(small).startswith("3 run(s) sent")


def test_without_anything_new_mlflow_is_not_imported(small):
    again(small)
    words = ["track", SMALL, "--results", str(small)]
    code = f"import sys; from benchmarks.cli.app import app; app({words!r}, standalone_mode=False); "
    code += "print({'mlflow', 'sqlalchemy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["0 run(s) sent, 3 were already there.", "set()"], done.stderr


def test_a_folder_without_records_says_so(tmp_path):
    result = CliRunner().invoke(app, ["track", "--results", str(tmp_path)])
    assert result.exit_code == 0 and "There are no records in" in result.stdout
    assert not list(tmp_path.glob("mlflow*"))


def test_a_dead_server_is_named_once_for_all_papers(folder, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    shutil.copy(folder / "reproduced/kim2014.csv", folder / "reproduced/zhang2015.csv")
    result = CliRunner().invoke(app, ["track", "--results", str(folder)])
    assert result.exit_code == 1 and result.stderr.count("MLflow failed") == 1
