"""Earlier states of the suite: the files of a commit, and which definitions have changed since."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from benchmarks.evidence.checkout import NoAnswer, contents, git
from benchmarks.evidence.digests import digests, reached
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.evidence.roots import UnknownCode
from benchmarks.evidence.source import INTERFACE, PACKAGES, ROOT, Place, Source, outside_file
from results.records import Digests

MOST_NAMES = 3


class NoSuchCommit(Exception):
    """A commit that the history of this checkout does not have; the text says so."""


def unpack(commit: str, folder: Path) -> None:
    """Write the files of a commit to a folder. Raises NoSuchCommit."""
    for name, content in _files(commit).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def in_history(commit: str) -> bool:
    """Return whether the history of this checkout has a commit."""
    try:
        return bool(_files(commit))
    except NoSuchCommit:
        return False


def newest_equal(recipe: Any, commit: str, code: Digests, rechecks: Rechecks) -> tuple[str, Digests]:
    """Return the newest commit that is known to compute what a commit does, and the recipe's digests there.

    `code` are the digests at that commit. From the newest one on, what a person accepted counts as accepted.
    """
    for later, known in rechecks.equal(code):
        try:
            found = digests(recipe, source_at(later), _known_at(later))
        except (NoSuchCommit, UnknownCode, SyntaxError):
            continue
        # two recipes may have shared their code then and not later; all share the loop, which may have moved since
        if (found.core, found.data) == (known.core, known.data):
            return later, known
    return commit, code


def has_then(recipe: Any, commit: str, code: Digests) -> bool:
    """Return whether the code that a recipe had at a commit is here: of a paper from outside, only today's is.

    Raises NoSuchCommit.
    """
    try:
        found = digests(recipe, source_at(commit), _known_at(commit))
    except (UnknownCode, SyntaxError):
        return False
    return (found.core, found.data) == (code.core, code.data)


def changes(recipe: Any, commit: str) -> str:
    """Name the definitions behind a recipe that a commit had otherwise: "models/lenet.py:lenet5 and 2 more".

    Says why, where the commit cannot be read.
    """
    try:
        before = reached(recipe, source_at(commit))
    except NoSuchCommit as error:
        return str(error)
    except (UnknownCode, SyntaxError):
        before = {}
    now = reached(recipe, _today())
    names = [f"{_today().path(place.module)}:{place.name}" for place in now if now[place] != before.get(place)]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more or "files of the paper, which are outside of this history"


@cache
def _today() -> Source:
    return Source()


@lru_cache(maxsize=8)
def source_at(commit: str) -> Source:
    """Return the modules of a commit. Raises NoSuchCommit."""
    texts: Mapping[str, str] = {
        name: content.decode("utf-8") for name, content in _files(commit).items() if name.endswith(".py")
    }
    return Source(lambda path: texts[path] if path in texts else outside_file(path))


@lru_cache(maxsize=8)
def _known_at(commit: str) -> dict[Place, str]:
    """Return where digests at a commit are kept for the next recipe."""
    return {}


def _files(commit: str) -> dict[str, bytes]:
    """Return the contents of the suite's files at a commit. Raises NoSuchCommit."""
    try:
        return contents(ROOT, commit.removesuffix("+"), *PACKAGES, f"{INTERFACE}.py", "pyproject.toml")
    except NoAnswer as error:
        raise NoSuchCommit(_why_not(commit)) from error


def _why_not(commit: str) -> str:
    if not (ROOT / ".git").exists():
        return "only a git checkout has the code of its commits"
    try:
        git(ROOT, "rev-parse", "--verify", "HEAD")
    except NoAnswer as error:
        return str(error)
    return f"commit {commit} is not in the history of this checkout"
