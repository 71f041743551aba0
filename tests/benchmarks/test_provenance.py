"""A clean commit is a fact: contents count, not the settings of git."""

import os
import re
import shutil
import subprocess
from importlib.metadata import PathDistribution

import pytest

from benchmarks import provenance
from benchmarks.provenance import state

FILES = ("pyproject.toml", "models/net.py", "results/verdicts.py", "results/published/kim2014.csv")


def git(root, *arguments):
    me = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *me, "-C", str(root), *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    """Return a repository with a little code, all of it committed."""
    root = tmp_path / "outer" / "checkout"
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name}\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    return root


def now(root):
    """Return the state without the memory of earlier calls."""
    return state.__wrapped__(root)


def test_a_commit_is_named_and_files_that_are_no_code_may_change(checkout):
    for name in (
        "plan.toml",
        "results/reproduced/kim2014.csv",
        "results/rechecked.csv",
        "README.md",
        "models/a.txt",
    ):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).touch()
    found = now(checkout)
    assert re.fullmatch("[0-9a-f]{12}", found.name)
    assert found.difference == ""


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(checkout, name):
    (checkout / name).write_text("other")
    assert now(checkout).difference == f"the code differs from commit {now(checkout).name} in {name}"


@pytest.mark.parametrize("name", ["models/more.py", "benchmarks/papers/mine.py", "results/published/mine.csv"])
def test_a_file_that_git_does_not_know_counts(checkout, name):
    (checkout / ".git/info/exclude").write_text("*\n")
    git(checkout, "config", "status.showUntrackedFiles", "no")
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).touch()
    assert now(checkout).difference.endswith(f" in {name}")


def test_a_missing_file_counts_and_others_are_counted(checkout):
    (checkout / "models/net.py").unlink()
    (checkout / "results/verdicts.py").write_text("other")
    assert now(checkout).difference.endswith(" in models/net.py and 1 more")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_flags_of_the_index_do_not_count(checkout, flag):
    git(checkout, "update-index", flag, "models/net.py")
    (checkout / "models/net.py").write_text("other")
    assert now(checkout).difference


def test_a_staged_change_is_no_commit(checkout):
    (checkout / "models/net.py").write_text("other")
    git(checkout, "add", ".")
    assert now(checkout).difference


def test_ends_of_lines_of_windows_are_no_difference(checkout):
    (checkout / "models/net.py").write_bytes(b"models/net.py\r\n")
    assert now(checkout).difference == ""


def test_neither_the_environment_nor_an_outer_repository_counts(checkout, tmp_path, monkeypatch):
    outer = tmp_path / "outer"
    git(outer, "init", "-q")
    copy = outer / "copy"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git"))
    git(outer, "add", "copy")
    git(outer, "commit", "-qm", "outer")
    assert now(copy) == ("unknown", "the code is not a git checkout, so it has no commit")
    (checkout / "models/net.py").write_text("other")
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    assert now(checkout).difference.endswith(" in models/net.py")


def test_a_linked_work_tree_is_a_checkout(checkout, tmp_path):
    git(checkout, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert now(tmp_path / "linked") == now(checkout)


def test_without_git_that_is_what_is_said(checkout, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert now(checkout) == ("unknown", "git is not installed, so the commit of the code is unknown")


def test_a_damaged_repository_is_named(checkout):
    (checkout / ".git/HEAD").write_text("ref: refs/heads/none\n")
    assert now(checkout).difference.startswith("git cannot read the checkout (fatal: ")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root, to give files away")
def test_another_owner_is_no_obstacle(checkout):
    before = now(checkout)
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, 12345, 12345)
    assert now(checkout) == before


def test_an_installed_package_is_compared_with_what_was_installed(tmp_path, monkeypatch):
    package = tmp_path / "retable-9.dist-info"
    package.mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "models/net.py").write_text("x = 1\n")
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: retable\nVersion: 9\n")
    digest = "nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"
    (package / "RECORD").write_text(f"models/net.py,sha256={digest},6\n")
    monkeypatch.setattr(provenance, "distribution", lambda name: PathDistribution(package))
    assert now(tmp_path) == ("retable 9", "")
    (tmp_path / "models/net.py").write_text("x = 2\n")
    assert now(tmp_path) == ("retable 9", "the code differs from retable 9 in models/net.py")
