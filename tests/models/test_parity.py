"""Every network of the suite does the same on all installed backends, from the same weights and batches.

A few kinds that compile quickly are compared in each run of the tests, the others in the campaign.
"""

import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training.backends import BACKENDS
from tests.support.parity import all_steps, groups
from tests.support.processes import QUICKLY_COMPILED, ROOT

FIRST, *REST = BACKENDS
OTHERS = [backend for backend in REST if find_spec(backend)]
GROUPS = {"quick": (), "others": pytest.mark.slow}
CASES = [pytest.param(group, name, marks=GROUPS[group]) for group, names in groups().items() for name in names]
TOLERANCES = {"outputs": 1e-5, "gradient": 1e-5, "losses": 2e-4, "weights": 1e-4}  # of the largest number


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Return a function that gives the arrays of each back end on a group of networks, computed once."""
    return cache(lambda group: on_all_backends(group, tmp_path_factory.mktemp("parity")))


def on_all_backends(group: str, folder: Path) -> dict:
    """Return the arrays of each back end: TensorFlow's from this process, the others' from one each."""
    processes = {}
    for backend in OTHERS:
        chosen = {"KERAS_BACKEND": backend, "RETABLE_HOME": str(folder / backend)}
        processes[backend] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.parity", str(folder / f"{backend}.npz"), group],
            cwd=ROOT,
            env={**os.environ, **QUICKLY_COMPILED, **chosen},
            stderr=subprocess.PIPE,
            text=True,
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETABLE_HOME", str(folder / FIRST))
        found = {FIRST: all_steps(group)}
    for backend, process in processes.items():
        errors = process.communicate()[1]
        assert process.returncode == 0, f"{backend}: {errors[-3000:]}"
        found[backend] = np.load(folder / f"{backend}.npz")
    return found


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize(("group", "name"), CASES)
def test_backends_agree(measured, group, name, backend):
    for what, tolerance in TOLERANCES.items():
        ours, theirs = (measured(group)[one][f"{name}|{what}"] for one in (FIRST, backend))
        assert np.abs(ours).max() > 0
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=tolerance * np.abs(ours).max(), err_msg=what)


@pytest.mark.parametrize(("group", "name"), CASES)
def test_ten_steps_move_the_weights_and_the_loss(measured, group, name):
    losses = measured(group)[FIRST][f"{name}|losses"]
    assert len(losses) == 10
    assert np.ptp(losses) > 1e-4 * np.abs(losses).max()


def test_jax_is_among_the_backends_compared():
    assert "jax" in OTHERS
