"""Every network of the suite does the same on all installed backends, from the same weights and batches."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.backends import BACKENDS
from tests.support.parity import subjects, varied
from tests.support.processes import QUICKLY_COMPILED, ROOT

FIRST, *REST = BACKENDS
OTHERS = [backend for backend in REST if find_spec(backend)]
TOLERANCES = {"outputs": 1e-5, "gradient": 1e-5, "losses": 2e-4, "weights": 1e-4}  # of the largest number


VARIED = varied(subjects())
NAMES = [name if name in VARIED else pytest.param(name, marks=pytest.mark.slow) for name in subjects()]


@pytest.fixture(scope="module")
def measured(tmp_path_factory, request):
    """Return the arrays of each back end; each has a process of its own, all at once.

    With the slow tests, all networks and their gradients are compared.
    """
    which = "varied" if request.config.option.markexpr == "not slow" else "all"
    folder = tmp_path_factory.mktemp("parity")
    processes = {}
    for backend in (FIRST, *OTHERS):
        command = [sys.executable, "-m", "tests.support.parity", str(folder / f"{backend}.npz"), which]
        chosen = {"KERAS_BACKEND": backend, "RETABLE_HOME": str(folder / backend)}
        environment = {**os.environ, **QUICKLY_COMPILED, **chosen}
        processes[backend] = subprocess.Popen(
            command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
    for backend, process in processes.items():
        errors = process.communicate()[1]
        assert process.returncode == 0, f"{backend}: {errors[-3000:]}"
    return {backend: np.load(folder / f"{backend}.npz") for backend in processes}


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("name", NAMES)
def test_backends_agree(measured, name, backend):
    compared = [what for what in TOLERANCES if f"{name}|{what}" in measured[FIRST]]
    assert {"outputs", "losses", "weights"} <= set(compared)
    for what in compared:
        ours, theirs = (measured[one][f"{name}|{what}"] for one in (FIRST, backend))
        tolerance = TOLERANCES[what]
        assert np.abs(ours).max() > 0
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=tolerance * np.abs(ours).max(), err_msg=what)


@pytest.mark.parametrize("name", NAMES)
def test_ten_steps_move_the_weights_and_the_loss(measured, name):
    losses = measured[FIRST][f"{name}|losses"]
    assert len(losses) == 10
    assert np.ptp(losses) > 1e-4 * np.abs(losses).max()


def test_jax_is_among_the_backends_compared():
    assert "jax" in OTHERS
