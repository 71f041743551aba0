"""Runs read from real stores, and the stores that are refused."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from results.groups.compared import compare_runs
from results.groups.question import asked
from results.groups.store import address_of, opened, read
from results.groups.tagging import tag_name, write_tags
from results.ledger import ResultsError


@pytest.fixture(scope="module")
def database(sound, tmp_path_factory):
    """Return a database with an experiment of two optimizers, and runs that do not count."""
    path = Path(shutil.copy(sound, tmp_path_factory.mktemp("store") / "mlflow.db"))
    client = opened(address_of(str(path), path.parent))
    experiment = client.create_experiment("[red]optimizers[/red]")
    for name, values in {"=adam()": (0.9, 0.93, 0.91), "sgd_é": (0.8, 0.83, 0.82)}.items():
        for seed, value in enumerate(values):
            logged(client, experiment, {"acc": value}, optimizer=name, seed=seed)
    logged(client, experiment, {"loss": 1.0}, optimizer="sgd_é", seed=7)
    logged(client, experiment, {"acc": float("inf")}, optimizer="sgd_é", seed=8)
    logged(client, experiment, {"acc": float("nan")}, optimizer="sgd_é", seed=9)
    client.delete_run(logged(client, experiment, {"acc": 0.1}, optimizer="sgd_é", seed=5))
    client.log_metric(logged(client, experiment, {"acc": 0.1}, end=False, optimizer="sgd_é", seed=6), "acc", 0.2)
    client.delete_experiment(client.create_experiment("gone"))
    return path


def logged(client, experiment, metrics, end=True, **params) -> str:
    run = client.create_run(experiment).info.run_id
    for name, value in params.items():
        client.log_param(run, name, value)
    for name, value in metrics.items():
        client.log_metric(run, name, 0.0, step=0)
        client.log_metric(run, name, value, step=1)
    if end:
        client.set_terminated(run)
    return run


def runs_of(database, *names, where=""):
    return read(opened(address_of(str(database), database.parent)), names or ("[red]optimizers[/red]",), where)


QUESTION = asked("acc", ["params.optimizer"], ["params.seed"])


def test_the_last_value_of_finished_runs_counts(database):
    found = compare_runs(runs_of(database), QUESTION)
    assert [one.values for one in found.summaries] == [[0.91, 0.93, 0.9], [0.82, 0.83, 0.8]]
    assert found.groups.reasons == {
        "running": 1,
        "whose acc is NaN": 1,
        "whose acc is infinite": 1,
        "without acc": 1,
    }


def test_a_filter_chooses(database):
    assert len(runs_of(database, where="params.seed = '0'")) == 2
    with pytest.raises(ResultsError, match="Cannot read runs from MLflow: Invalid clause"):
        runs_of(database, where="params.seed =")


def test_tags_are_written_once(database):
    client = opened(address_of(str(database), database.parent))
    found = compare_runs(runs_of(database), QUESTION)
    assert write_tags(client, found) == (6, 6)
    again = compare_runs(runs_of(database), QUESTION)
    assert write_tags(client, again) == (0, 6)
    assert not again.factors
    assert {run.tags.get(tag_name(found), "")[:6] for run in runs_of(database)} == {"", "=adam(", "sgd_é:"}


def test_frames_for_a_notebook(database):
    import retable

    found = retable.compare_runs(
        "[red]optimizers[/red]",
        metric="acc",
        group_by="params.optimizer",
        pair_by="params.seed",
        better="higher",
        store=str(database),
    )
    assert list(found.groups["group"]) == ["=adam()", "sgd_é"]
    assert list(found.pairs[["pairs", "second_is"]].iloc[0]) == [3, "worse"]
    assert found.notes[0].startswith("6 finished runs of [red]optimizers[/red]")


def test_an_experiment_that_is_not_there(database):
    with pytest.raises(ResultsError, match="There is no experiment 'optimizer'. Did you mean"):
        runs_of(database, "optimizer")
    with pytest.raises(ResultsError, match="The experiment 'gone' is deleted. `mlflow experiments restore`"):
        runs_of(database, "gone")


def test_addresses(database, tmp_path, monkeypatch):
    address = f"sqlite:///{database}"
    for given in (address, str(database), str(database.parent), f"file://{database.parent}"):
        assert address_of(given, tmp_path) == address
    assert address_of("http://host:5000", tmp_path) == "http://host:5000"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(database))
    assert address_of(None, tmp_path) == address
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert address_of(None, database.parent) == address


def test_what_is_not_a_store_is_refused_and_not_made(tmp_path):
    other, text, empty = (tmp_path / name for name in ("other.db", "text.db", "empty.db"))
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    text.write_text("no database at all, but long enough to look for a header in it")
    empty.touch()
    before = {path: path.read_bytes() for path in (other, text, empty)}
    for given in (other, text, empty, tmp_path, tmp_path / "nothing", f"sqlite:///{tmp_path}/nothing.db"):
        with pytest.raises(
            ResultsError, match="is not a database|can't be read|has neither|There is no"
        ) as refused:
            address_of(str(given), tmp_path)
        assert "\n" not in str(refused.value)
    with pytest.raises(ResultsError, match="There is no database .*Expected as --store"):
        address_of(None, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
