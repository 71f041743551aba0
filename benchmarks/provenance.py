"""Provenance of a number: the commit of the code, whether the code is that commit, and versions of libraries."""

import base64
import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import NamedTuple

from benchmarks.backends import BACKENDS

ROOT = Path(__file__).parent.parent
PACKAGES = ("benchmarks/", "data_pipelines/", "models/", "results/")
MODULES = (".py", ".so", ".pyd")  # what Python imports
OTHERS = ("results/published/", "results/report/", "pyproject.toml", "requirements.lock")
LIBRARIES = (
    *("retable", "keras", *BACKENDS, "numpy", "scipy", "pandas", "pyarrow", "scikit-learn"),
    *("gensim", "librosa", "opensmile"),
)


class State(NamedTuple):
    """The code that runs: its commit or released version, and in words why it is not exactly that."""

    name: str
    difference: str = ""


class NoAnswer(Exception):
    """Why git says nothing about a checkout."""


def commit() -> str:
    """Return the commit of the code, or an installed package's version; it ends in "+" if the code differs."""
    found = state(ROOT)
    return f"{found.name}{'+' if found.difference else ''}"


def is_clean() -> bool:
    """Return whether the code is exactly a commit, or a released version."""
    return not difference()


def difference() -> str:
    """Return in words why the code is not exactly a commit; nothing where it is."""
    return state(ROOT).difference


@lru_cache
def state(root: Path) -> State:
    """Compare the code below `root` with its commit, or with the list of files of the installed package.

    Contents alone count: neither git's configuration and environment, nor a repository around `root`.
    """
    if not (root / "pyproject.toml").exists():
        return _installed(root)
    if not (root / ".git").exists():
        return State("unknown", "the code is not a git checkout, so it has no commit")
    try:
        head = _git(root, "rev-parse", "--short=12", "HEAD").strip()
        listed = _git(root, "ls-tree", "-r", "-z", "--full-tree", "HEAD").split("\0")
    except NoAnswer as reason:
        return State("unknown", str(reason))
    blobs = {path: about.split()[2] for about, path in (line.split("\t", 1) for line in listed if line)}
    return State(head, _in_words(list(_changed(root, blobs)), f"commit {head}"))


def _changed(root: Path, blobs: Mapping[str, str]) -> Iterator[str]:
    """Yield the files of the code that are not those of a commit, whose blobs are given by path."""
    places = [root / name for name in OTHERS]
    for folder in PACKAGES:
        places += (root / folder).rglob("*")
    here = {path.relative_to(root).as_posix(): path for path in places if path.is_file()}
    for name in sorted(filter(_is_code, {*here, *blobs})):
        if name not in here or blobs.get(name) not in _names(here[name], blobs.get(name, "")):
            yield name


def _is_code(name: str) -> bool:
    """Return whether numbers depend on a file; records, plans and documents may change."""
    return name.startswith(OTHERS) or (name.startswith(PACKAGES) and name.endswith(MODULES))


def _names(path: Path, blob: str) -> set[str]:
    """Return git's names for a file, with the ends of lines that it has and with those of Unix."""
    content = path.read_bytes()
    kind = "sha256" if len(blob) == 64 else "sha1"
    both = (content, content.replace(b"\r\n", b"\n"))
    return {hashlib.new(kind, b"blob %d\0" % len(text) + text).hexdigest() for text in both}


def _installed(root: Path) -> State:
    """Compare the installed package with the hashes that its installer noted."""
    try:
        package = distribution("retable")
    except PackageNotFoundError:
        return State("unknown", "the code is neither a git checkout nor an installed package")
    changed = []
    for file in package.files or ():
        found = root / file
        if file.hash and _is_code(file.as_posix()) and found.exists():
            digest = hashlib.new(file.hash.mode, found.read_bytes()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != file.hash.value:
                changed.append(file.as_posix())
    name = f"retable {package.version}"
    return State(name, _in_words(changed, name))


def _in_words(changed: list[str], name: str) -> str:
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return f"the code differs from {name} in {changed[0]}{more}" if changed else ""


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints about the repository in `root`. Raises NoAnswer."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CEILING_DIRECTORIES": str(root.parent), "GIT_NO_REPLACE_OBJECTS": "1"}
    command = ["git", "-C", str(root), "-c", f"safe.directory={root}", *arguments]  # reading is safe for anybody
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise NoAnswer("git is not installed, so the commit of the code is unknown") from None
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines() or ["no reason"]
        raise NoAnswer(f"git cannot read the checkout ({said[0]}), so the commit is unknown") from error


def versions() -> str:
    """Return the versions of Python and of the libraries a number may depend on."""
    found = [f"python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return " ".join(found)
