"""The runs of experiments in any MLflow store. Nothing is made, changed or upgraded by reading."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from results.groups.runs import Run, nearest
from results.ledger import ResultsError
from results.tracking.client import connect, set_up, tracking_uri
from results.tracking.database import FILE, address
from results.tracking.experiment import search
from results.tracking.failures import in_one_line
from results.tracking.leftovers import PARENT_TAG

EXPECTED = "Expected as --store or MLFLOW_TRACKING_URI: sqlite:///FILE, a file, a folder, or a server's address."


def address_of(store: str | None, folder: Path) -> str:
    """Return the address of a store: the given one, or else that of the suite's runs.

    Raises ResultsError for a file or folder that is not a store of MLflow: MLflow would make one there.
    """
    given = store or tracking_uri(folder)
    is_local = given.startswith((FILE, "file:")) or "://" not in given
    if not is_local or given.startswith("databricks"):
        return given
    path = Path(given.removeprefix(FILE).removeprefix("file:").partition("?")[0]).expanduser()
    if given.startswith(FILE) or path.is_file():
        return _of_database(path)
    return _of_folder(path)


def _of_folder(path: Path) -> str:
    """Return the address of a folder: of the database in it, or of the folder as MLflow's file store."""
    if not path.is_dir():
        raise ResultsError(f"There is no store {path}. {EXPECTED}")
    if (database := path / "mlflow.db").is_file():
        return _of_database(database)
    if not any(path.glob("*/meta.yaml")):
        raise ResultsError(f"{path} has neither experiments of MLflow nor mlflow.db. {EXPECTED}")
    return path.resolve().as_uri()


def _of_database(path: Path) -> str:
    """Return the address of a file. Raises ResultsError if it is not a database of MLflow."""
    if not path.is_file():
        raise ResultsError(f"There is no database {path}. {EXPECTED}")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as found:
            tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (sqlite3.Error, UnicodeError) as error:
        raise ResultsError(f"{path} can't be read as an SQLite database: {error}.") from error
    if not {"experiments", "runs"} <= tables:
        raise ResultsError(f"{path} is not a database of MLflow: it has no runs. {EXPECTED}")
    return address(path.resolve())


def opened(address: str) -> Any:
    """Return a client of a store. Raises ResultsError with the reason in one line."""
    set_up()
    if address.startswith("file:"):
        os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # reading one is safe
    try:
        return connect(address)
    except Exception as error:
        raise _failure(error, address) from error


def read(client: Any, experiments: Sequence[str], where: str = "") -> list[Run]:
    """Return the runs of some experiments that match a filter of MLflow's; deleted ones are not there.

    Raises ResultsError for an experiment that does not exist, and where the store fails.
    """
    address = client.tracking_uri
    try:
        found = {name: client.get_experiment_by_name(name) for name in dict.fromkeys(experiments)}
        for name, experiment in found.items():
            if experiment is None or experiment.lifecycle_stage != "active":
                _refuse(client, name, experiment)
        return [
            _plain(run, name)
            for name, experiment in found.items()
            for run in search(client, experiment.experiment_id, where)
        ]
    except ResultsError:
        raise
    except Exception as error:
        raise _failure(error, address) from error


def _refuse(client: Any, name: str, deleted: Any) -> None:
    """Raise ResultsError for an experiment that is not there or was deleted."""
    if deleted is not None:
        raise ResultsError(f"The experiment {name!r} is deleted. `mlflow experiments restore` brings it back.")
    known = [experiment.name for experiment in client.search_experiments()]
    raise ResultsError(f"{nearest('experiment', name, known)} The store is {client.tracking_uri}.")


def _plain(run: Any, experiment: str) -> Run:
    info, data = run.info, run.data
    sets = run.inputs.dataset_inputs if run.inputs else []
    return Run(
        info.run_id,
        experiment,
        status=info.status,
        name=info.run_name or "",
        user=info.user_id or data.tags.get("mlflow.user", ""),
        date=datetime.fromtimestamp((info.start_time or 0) / 1000).date().isoformat(),
        started=info.start_time or 0,
        parent=data.tags.get(PARENT_TAG, ""),
        params=dict(data.params),
        tags=dict(data.tags),
        metrics=dict(data.metrics),
        data=tuple(sorted(_named(one) for one in sets)),
    )


def _named(used: Any) -> str:
    context = next((tag.value for tag in used.tags if tag.key == "mlflow.data.context"), "")
    return " ".join(filter(None, [used.dataset.name, used.dataset.digest, context and f"({context})"]))


def _failure(error: Exception, address: str) -> ResultsError:
    return ResultsError(f"Cannot read runs from MLflow: {in_one_line(error, address)}.")
