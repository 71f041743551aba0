"""A results folder with a sound database."""

import shutil

import pytest


@pytest.fixture
def results(sound, tmp_path):
    """Return a results folder of the test's own, with a sound database."""
    shutil.copy(sound, tmp_path / "mlflow.db")
    return tmp_path
