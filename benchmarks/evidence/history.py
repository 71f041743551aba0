"""Earlier states of the suite: the files of a commit, and which definitions have changed since."""

import io
import tarfile
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from benchmarks.evidence.checkout import NoAnswer, git
from benchmarks.evidence.digests import reached
from benchmarks.evidence.roots import UnknownCode
from benchmarks.evidence.source import PACKAGES, ROOT, Source

MOST_NAMES = 3


class NoSuchCommit(Exception):
    """A commit that the history of this checkout does not have; the text says so."""


def unpack(commit: str, folder: Path) -> None:
    """Write the files of a commit to a folder. Raises NoSuchCommit."""
    with tarfile.open(fileobj=io.BytesIO(_archive(commit))) as archive:
        archive.extractall(folder, filter="data")


def changes(recipe: Any, commit: str) -> str:
    """Name the definitions behind a recipe that a commit had otherwise: "models/lenet.py:lenet5 and 2 more".

    Says why, where the commit cannot be read.
    """
    try:
        before = reached(recipe, _source(commit))
    except NoSuchCommit as error:
        return str(error)
    except (UnknownCode, SyntaxError):
        before = {}
    now = reached(recipe, _today())
    names = [f"{_today().path(place.module)}:{place.name}" for place in now if now[place] != before.get(place)]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


@cache
def _today() -> Source:
    return Source()


@lru_cache(maxsize=8)
def _source(commit: str) -> Source:
    """Return the modules of a commit. Raises NoSuchCommit."""
    with tarfile.open(fileobj=io.BytesIO(_archive(commit))) as archive:
        texts: Mapping[str, str] = {
            member.name: found.read().decode("utf-8")
            for member in archive
            if member.name.endswith(".py") and (found := archive.extractfile(member)) is not None
        }
    return Source(texts.get)


def _archive(commit: str) -> bytes:
    """Return the suite's files at a commit as a tar file. Raises NoSuchCommit."""
    try:
        return git(ROOT, "archive", "--format=tar", commit.removesuffix("+"), "--", *PACKAGES, "pyproject.toml")
    except NoAnswer as error:
        raise NoSuchCommit(f"commit {commit} is not in the history of this checkout") from error
