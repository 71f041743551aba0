"""A sound database, made once, because MLflow takes a second for it."""

import shutil

import pytest

from results.tracking.client import set_up
from results.tracking.database import prepare


@pytest.fixture(scope="session")
def sound(tmp_path_factory):
    set_up()
    path = tmp_path_factory.mktemp("sound") / "mlflow.db"
    prepare(path, pytest.fail)
    return path


@pytest.fixture
def results(sound, tmp_path):
    """Return a results folder of the test's own, with a sound database."""
    shutil.copy(sound, tmp_path / "mlflow.db")
    return tmp_path
