"""The code that runs, compared with what it claims to be: the blobs of a commit, or the files of a release.

Only contents count. Git's index, configuration and environment can hide a change, so none of them is asked.
"""

import csv
import hashlib
import io
import os
import re
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

PACKAGED = (  # numbers depend on these; records, plans and logs may change
    *(
        "retable.py",
        "benchmarks/**/*",
        "data_pipelines/**/*",
        "models/**/*",
        "results/published/**/*",
        "results/report/**/*",
    ),
    *(f"results/{place}*.{suffix}" for place in ("", "*/") for suffix in ("py", "pyc", "so")),
)
BESIDE = (  # a module beside the packages can shadow a library
    *("*.py", "*.pyc", "*.so", "*/__init__.py", "*/__init__.*so"),
    *("pyproject.toml", "requirements.lock"),
)
UNSEEN = re.compile(r"(.*/)?(\.|__pycache__/).*", re.DOTALL)  # no module has these names
LINK = "120000"  # git's mode of a symbolic link
PLAIN = {  # git without settings and substitutes, in English
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}


class State(NamedTuple):
    """The commit or released version of the code, and in words why it is not exactly that; empty if it is."""

    name: str
    difference: str


class NoAnswer(Exception):
    """Why git gives no answer, in a sentence."""


def state(root: Path) -> State:
    """Return which commit or release the files below a folder are."""
    if (root / ".git").exists():
        return _committed(root)
    if (root / "pyproject.toml").exists():
        return State("unknown", "the code is not a git checkout, so it has no commit")
    return _released(root)


def contents(root: Path, commit: str, *paths: str) -> dict[str, bytes]:
    """Return the files of a commit below some paths, by name; links are left out. Raises NoAnswer.

    `git archive` would obey the attributes of the repository, which can change a content and start a program.
    """
    files = {name: blob for name, (mode, blob) in _listed(root, commit, *paths).items() if mode != LINK}
    answer = io.BytesIO(git(root, "cat-file", "--batch", asked="\n".join(files.values()).encode()))
    found = {}
    for name in files:
        about = answer.readline().split()
        if about[-1] == b"missing":
            raise NoAnswer(f"the repository of the checkout lacks the content of {name}")
        found[name] = answer.read(int(about[-1]))
        answer.readline()  # the end of the line
    return found


def git(root: Path, *arguments: str, asked: bytes = b"") -> bytes:
    """Return what git prints about the repository of a checkout, whoever owns it. Raises NoAnswer.

    Only for commands that read names and blobs: others may start the programs that the owner set.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--git-dir=.git", *arguments]  # a repository that is named may belong to anyone
    environment = kept | PLAIN
    try:
        done = subprocess.run(command, cwd=root, env=environment, input=asked, capture_output=True, check=True)
        return done.stdout
    except FileNotFoundError as error:
        raise NoAnswer("git is not installed, so the commit of the code is unknown") from error
    except OSError as error:
        raise NoAnswer(f"git cannot be started ({error.strerror}), so the commit is unknown") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()
        raise NoAnswer(
            f"git cannot read the checkout ({reason[0] if reason else 'no reason'}), so the commit is unknown"
        ) from error


def _committed(root: Path) -> State:
    commit = "unknown"
    try:
        commit = git(root, "rev-parse", "--verify", "--short=12", "HEAD").decode().strip()
        blobs = {name: blob for name, (_, blob) in _listed(root, commit).items()}
    except NoAnswer as error:
        return State(commit, str(error))
    changed = _changed(root, PACKAGED + BESIDE, blobs, _is_blob)
    return State(commit, f"the code differs from commit {commit} in {_brief(changed)}" if changed else "")


def _listed(root: Path, commit: str, *paths: str) -> dict[str, tuple[str, str]]:
    """Return the mode and the blob of every file of a commit, by name. Raises NoAnswer."""
    listed = os.fsdecode(git(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths))
    lines = [line.split("\t", 1) for line in listed.split("\0") if line]
    return {name: (mode, blob) for about, name in lines for mode, _, blob in [about.split()]}


def _released(root: Path) -> State:
    """Compare the packages in a folder with the list of files that an installer left beside them."""
    for found in distributions(name="retable", path=[str(root)]):
        lines = csv.reader((found.read_text("RECORD") or "").splitlines())  # `files` may leave out missing ones
        hashes = {name: value.partition("=")[2] for name, value, _ in lines if value}
        release = f"retable {found.version}"
        if hashes:
            changed = _changed(root, PACKAGED, hashes, _is_installed)
            return State(
                release, f"the code differs from the installed {release} in {_brief(changed)}" if changed else ""
            )
    reason = "the code is neither a git checkout nor an installed package, so its version is unknown"
    return State("unknown", reason)


def _changed(
    root: Path, globs: Sequence[str], known: Mapping[str, str], is_same: Callable[[bytes, str], bool]
) -> list[str]:
    """Return the files that are on one side only, or differ."""
    paths = {path.relative_to(root).as_posix(): path for glob in globs for path in root.glob(glob)}
    here = {name for name, path in paths.items() if path.is_symlink() or not path.is_dir()}
    is_code = re.compile("|".join(map(_expression, globs)), re.DOTALL).fullmatch
    names = {name for name in here | known.keys() if is_code(name) and not UNSEEN.fullmatch(name)}

    def is_unchanged(name: str) -> bool:
        content = _content(paths[name]) if name in here else None
        return name in known and content is not None and is_same(content, known[name])

    return sorted(name for name in names if not is_unchanged(name))


def _expression(glob: str) -> str:
    """Return a regular expression for the names that Path.glob finds."""
    return re.escape(glob).replace(r"\*\*/\*", ".+").replace(r"\*", "[^/]*")


def _content(path: Path) -> bytes | None:
    """Return the content of a file; None if it can't be read, such as a link to a folder."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_blob(content: bytes, name: str) -> bool:
    """Return whether git gives this name to a content, unchanged or with the line ends of Unix."""
    kind = "sha256" if len(name) == 64 else "sha1"
    return any(
        hashlib.new(kind, b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest() == name
        for text in (content, content.replace(b"\r\n", b"\n"))
    )


def _is_installed(content: bytes, value: str) -> bool:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=") == value


def _brief(names: Sequence[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0]
