"""Data sets as a run loads them."""

import pytest

from data_pipelines.download import fetch


@pytest.fixture(scope="module")
def real(mirror, tmp_path_factory):
    """Return a function that loads a fold of a real set."""
    patch = pytest.MonkeyPatch()
    patch.setenv("RETABLE_MIRROR", str(mirror))
    patch.setenv("RETABLE_HOME", str(tmp_path_factory.mktemp("home")))

    def load(dataset, fold: int = 0, seed: int = 0):
        found = dataset.load([fetch(file) for file in dataset.files], fold, seed)
        dataset.check(found)
        return found

    yield load
    patch.undo()
