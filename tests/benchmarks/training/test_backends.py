"""How Keras is loaded."""

import json
import subprocess
import sys

NEEDLESS = ("sklearn", "pandas", "matplotlib", "jax")
AFTER = """
import json, sys
{before}
from benchmarks.training.backends import import_keras_quietly
import_keras_quietly()
loaded = [name for name in {names} if name in sys.modules]
import {names_as_code}
print(json.dumps([loaded, [sys.modules[name].__name__ for name in {names}]]))
"""


def loaded(before: str = "") -> tuple[list[str], list[str]]:
    """Return the needless packages that a start of Keras loads, and those that can be imported after it."""
    script = AFTER.format(before=before, names=NEEDLESS, names_as_code=", ".join(NEEDLESS))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def test_a_job_starts_without_libraries_that_it_does_not_need():
    assert loaded() == ([], list(NEEDLESS))


def test_a_library_that_was_loaded_before_stays():
    assert loaded("import pandas") == (["pandas"], list(NEEDLESS))
