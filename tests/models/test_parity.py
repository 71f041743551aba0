"""Every network of the suite does the same on all installed backends, from the same weights and batches."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.training.backends import BACKENDS
from tests.support.parity import all_steps, subjects
from tests.support.processes import QUICKLY_COMPILED, ROOT

FIRST, *REST = BACKENDS
OTHERS = [backend for backend in REST if find_spec(backend)]
NAMES = list(subjects())
TOLERANCES = {"outputs": 1e-5, "gradient": 1e-5, "losses": 2e-4, "weights": 1e-4}  # of the largest number


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return the arrays of each back end: TensorFlow's from this process, the others' from one each."""
    folder = tmp_path_factory.mktemp("parity")
    processes = {}
    for backend in OTHERS:
        chosen = {"KERAS_BACKEND": backend, "RETABLE_HOME": str(folder / backend)}
        processes[backend] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.parity", str(folder / f"{backend}.npz")],
            cwd=ROOT,
            env={**os.environ, **QUICKLY_COMPILED, **chosen},
            stderr=subprocess.PIPE,
            text=True,
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETABLE_HOME", str(folder / FIRST))
        found = {FIRST: all_steps()}
    for backend, process in processes.items():
        errors = process.communicate()[1]
        assert process.returncode == 0, f"{backend}: {errors[-3000:]}"
        found[backend] = np.load(folder / f"{backend}.npz")
    return found


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("name", NAMES)
def test_backends_agree(measured, name, backend):
    for what, tolerance in TOLERANCES.items():
        ours, theirs = (measured[one][f"{name}|{what}"] for one in (FIRST, backend))
        assert np.abs(ours).max() > 0
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=tolerance * np.abs(ours).max(), err_msg=what)


@pytest.mark.parametrize("name", NAMES)
def test_ten_steps_move_the_weights_and_the_loss(measured, name):
    losses = measured[FIRST][f"{name}|losses"]
    assert len(losses) == 10
    assert np.ptp(losses) > 1e-4 * np.abs(losses).max()


def test_jax_is_among_the_backends_compared():
    assert "jax" in OTHERS
