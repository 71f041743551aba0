"""Provenance of a number: the commit of the code, and the versions of libraries."""

import platform
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.backends import BACKENDS

ROOT = Path(__file__).parent.parent
CODE = (  # numbers depend on these; records, plans and logs may change
    "benchmarks",
    "data_pipelines",
    "models",
    "results/*.py",
    "results/published",
    "results/report",
    "pyproject.toml",
    "requirements.lock",
)
LIBRARIES = (
    *("retable", "keras", *BACKENDS, "numpy", "scipy", "pandas", "pyarrow", "scikit-learn"),
    *("gensim", "librosa", "opensmile"),
)


@lru_cache
def commit() -> str:
    """Return the commit of the code, or the version of an installed package.

    It ends in "+" when the code has uncommitted changes, or when git does not answer.
    """
    if not (ROOT / "pyproject.toml").exists():
        return f"retable {version('retable')}"
    head = _git("rev-parse", "--short=12", "HEAD")
    changes = _git("status", "--porcelain", "--", *CODE)
    return f"{head or 'unknown'}{'' if head and changes == '' else '+'}"


def is_clean() -> bool:
    """Return whether the code is a commit, or a released version, without changes."""
    return not commit().endswith("+")


def versions() -> str:
    """Return the versions of Python and of the libraries a number may depend on."""
    found = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " ".join(found)


def _git(*arguments: str) -> str | None:
    """Return what git prints; None when it fails."""
    try:
        done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
