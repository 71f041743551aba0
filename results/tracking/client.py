"""MLflow's client, made patient for seconds instead of minutes, and silent."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from results.tracking import database
from results.tracking.failures import TrackingError

ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # it has the password of a server
    "PGCONNECT_TIMEOUT": "10",
    "PGOPTIONS": "-c lock_timeout=20s",
}
POOL, NO_POOL = "MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "NullPool"
LOGGERS = ("mlflow", "alembic", "urllib3")  # they print SQL, tracebacks and addresses
ATTEMPTS, SECONDS_BETWEEN = 5, 2.0  # while another command makes the schema


def is_ours() -> bool:
    """Return whether runs go to the database in the results folder."""
    return not os.environ.get("MLFLOW_TRACKING_URI")


def own_database(folder: Path) -> Path | None:
    """Return the path of the database in a results folder, None if runs go to `MLFLOW_TRACKING_URI`.

    Raises TrackingError for a path that has another meaning in an address.
    """
    if not is_ours():
        return None
    path = _path(folder)
    if set("?%") & set(str(path)):
        raise TrackingError(f"MLflow can't open {path}: expected a folder without ? and % in its name")
    return path


def tracking_uri(folder: Path) -> str:
    """Return `MLFLOW_TRACKING_URI`, or else the address of the SQLite file in the results folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or database.address(_path(folder))


def _path(folder: Path) -> Path:
    return (folder / "mlflow.db").resolve()


@contextmanager
def connections_kept() -> Iterator[None]:
    """Let clients that are opened meanwhile keep their connections, unless the user chose a pool."""
    before = os.environ.get(POOL)
    if before in (None, NO_POOL):
        os.environ[POOL] = "QueuePool"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(POOL, None)
        else:
            os.environ[POOL] = before


def set_up() -> None:
    """Set the environment and the loggers of MLflow, once it is going to be used."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if is_ours():  # no connection outlives the file behind it
        os.environ.setdefault(POOL, NO_POOL)
    import mlflow.store.db.utils

    mlflow.store.db.utils.MAX_RETRY_COUNT = 1
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def connect(uri: str) -> Any:
    """Return a client; an empty database gets its schema, unless another command is making it at the same time."""
    from mlflow.tracking import MlflowClient
    from sqlalchemy.exc import IntegrityError, ProgrammingError

    for _ in range(ATTEMPTS - 1):
        try:
            return MlflowClient(tracking_uri=uri)
        except (IntegrityError, ProgrammingError):
            time.sleep(SECONDS_BETWEEN)
    return MlflowClient(tracking_uri=uri)
