"""Provenance of a number: the commit of the code, whether the code is that commit, and versions of libraries."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.evidence.checkout import State, state
from benchmarks.evidence.source import PACKAGES
from benchmarks.training.backends import BACKENDS

ROOT = Path(__file__).parent.parent
LIBRARIES = (
    *("retable", "keras", *BACKENDS, "numpy", "scipy", "pandas", "pyarrow", "scikit-learn"),
    *("gensim", "librosa", "opensmile"),
)


def commit() -> str:
    """Return the commit of the code, or an installed package's version; it ends in "+" if the code differs."""
    found = _running(ROOT)
    return f"{found.name}{'+' if found.difference else ''}"


def is_clean() -> bool:
    """Return whether the code is exactly a commit, or a released version."""
    return not difference()


def difference() -> str:
    """Return in words why the code is not exactly a commit or a release; empty if it is."""
    return _running(ROOT).difference


@cache
def _running(root: Path) -> State:
    """Return which commit or release runs; a package that Python finds in another folder is a difference."""
    here, found = Path(__file__).resolve().parent.parent, state(root)
    specs = {name: find_spec(name) for name in PACKAGES}
    places = {name: Path(spec.origin).resolve().parent for name, spec in specs.items() if spec and spec.origin}
    strange = [f"{name} is imported from {place}" for name, place in places.items() if place.parent != here]
    return State(found.name, strange[0]) if strange else found


def name() -> str:
    """Return name, version and commit of the suite as one text; an installed release has no commit."""
    try:
        release = f"retable {version('retable')}"
    except PackageNotFoundError:  # a checkout that was never installed
        release = "retable"
    return commit() if commit().startswith(f"{release} ") or commit() == release else f"{release} ({commit()})"


@cache  # each job records it
def versions() -> str:
    """Return the versions of Python and of the libraries a number may depend on."""
    found = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " ".join(found)
