"""Provenance of a number: the commit of the code, whether the code is that commit, and versions of libraries."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.backends import BACKENDS
from benchmarks.evidence.checkout import state

ROOT = Path(__file__).parent.parent
LIBRARIES = (
    *("retable", "keras", *BACKENDS, "numpy", "scipy", "pandas", "pyarrow", "scikit-learn"),
    *("gensim", "librosa", "opensmile"),
)
_state = cache(state)


def commit() -> str:
    """Return the commit of the code, or an installed package's version; it ends in "+" if the code differs."""
    found = _state(ROOT)
    return f"{found.name}{'+' if found.difference else ''}"


def is_clean() -> bool:
    """Return whether the code is exactly a commit, or a released version."""
    return not difference()


def difference() -> str:
    """Return in words why the code is not exactly a commit or a release; empty if it is."""
    return _state(ROOT).difference


def versions() -> str:
    """Return the versions of Python and of the libraries a number may depend on."""
    found = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " ".join(found)
