"""Shared fixtures. Keras is imported once, on the TensorFlow backend."""

import os

from benchmarks.training.backends import backend_environment
from tests.support.processes import ONE_THREAD, trace_quickly

os.environ.update(backend_environment("tensorflow", deterministic=False) | ONE_THREAD)
os.environ.pop("MLFLOW_TRACKING_URI", None)
os.environ.pop("RETABLE_PAPERS", None)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts compiles the suite
os.environ["RETABLE_JOBS"] = "1"  # the libraries are in this process already

from pathlib import Path

import pytest

MIRROR = Path(os.environ.get("RETABLE_MIRROR", "/nowhere"))


@pytest.fixture(scope="session", autouse=True)
def quickly_traced() -> None:
    trace_quickly()


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Return the folder of real data; without RETABLE_MIRROR the test is skipped, saying so.

    A folder that is named but not there is an error: it would silence every test on real data.
    """
    if not MIRROR.is_dir():
        named = os.environ.get("RETABLE_MIRROR", "")
        assert not named or "://" in named, f"RETABLE_MIRROR names {named}, which is no folder"
        pytest.skip("needs real data: set RETABLE_MIRROR to a folder that has them")
    return MIRROR.resolve()


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Give the test an empty cache and no mirror."""
    monkeypatch.setenv("RETABLE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RETABLE_MIRROR", raising=False)
    return tmp_path / "home"


LONG = (
    *("test_catalogue", "test_recheck", "test_exact_savings", "test_look", "test_parity", "test_browser"),
    *("test_processes", "test_streams", "test_language_models", "test_checkpoints", "test_reproduce"),
    *("test_ray_cluster", "test_kills", "test_plan", "test_digests", "test_lectures", "test_cli", "test_report"),
)


def pytest_collection_modifyitems(items) -> None:
    """Begin with the files that take longest, so that two processes end at about the same time."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def sound(tmp_path_factory) -> Path:
    """Return a sound database of MLflow, made once, because MLflow takes a second for it."""
    from results.tracking.client import set_up
    from results.tracking.database import prepare

    set_up()
    path = tmp_path_factory.mktemp("sound") / "mlflow.db"
    prepare(path, pytest.fail)
    return path
