"""How Keras is loaded, and what a back end knows of its device."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from benchmarks.training.backends import BACKENDS

NEEDLESS = ("sklearn", "pandas", "matplotlib", "jax")
AFTER = """
import json, sys
{before}
from benchmarks.training.backends import import_keras_quietly
import_keras_quietly()
loaded = [name for name in {names} if name in sys.modules]
import {imported_as_code}
print(json.dumps([loaded, [sys.modules[name].__name__ for name in {imported}]]))
"""


def loaded(before: str = "", imported: tuple[str, ...] = NEEDLESS) -> tuple[list[str], list[str]]:
    """Return the needless packages that a start of Keras loads, and those that can be imported after it."""
    names = {"names": NEEDLESS, "imported": imported, "imported_as_code": ", ".join(imported)}
    script = AFTER.format(before=before, **names)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


@pytest.mark.slow
def test_a_job_starts_without_libraries_that_it_does_not_need():
    assert loaded() == ([], list(NEEDLESS))


@pytest.mark.slow
def test_a_library_that_was_loaded_before_stays_and_no_other_is_loaded():
    assert loaded("import matplotlib", ("matplotlib", "pandas")) == (["matplotlib"], ["matplotlib", "pandas"])


def test_device_memory_comes_from_the_backend(monkeypatch):
    chip = SimpleNamespace(memory_stats=lambda: {"peak_bytes_in_use": 7})
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(local_devices=lambda: [chip]))
    assert BACKENDS["jax"].peak_bytes() == 7
    calls: list[str] = []
    cuda = SimpleNamespace(
        is_available=lambda: True,
        max_memory_allocated=lambda: 9,
        reset_peak_memory_stats=lambda: calls.append("reset"),
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    BACKENDS["torch"].forget_peak()
    assert (BACKENDS["torch"].peak_bytes(), calls) == (9, ["reset"])
    memory = SimpleNamespace(
        get_memory_info=lambda name: {"peak": 11}, reset_memory_stats=lambda name: calls.append(name)
    )
    config = SimpleNamespace(list_physical_devices=lambda kind: ["a GPU"], experimental=memory)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    BACKENDS["tensorflow"].forget_peak()
    assert (BACKENDS["tensorflow"].peak_bytes(), calls) == (11, ["reset", "GPU:0"])
    config.list_physical_devices = lambda kind: []
    assert BACKENDS["tensorflow"].peak_bytes() == 0
