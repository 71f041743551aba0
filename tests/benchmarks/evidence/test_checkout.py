"""A clean commit is a fact: the imported files have the contents of the commit, whatever git is set to say."""

import base64
import hashlib
import os
import re
import shutil
import subprocess

import pytest

from benchmarks import provenance
from benchmarks.evidence.checkout import state
from benchmarks.jobs import Options
from benchmarks.reproduce import folder_of_records

CONTENTS = {
    "pyproject.toml": "[project]\n",
    "README.md": "read\n",
    "models/__init__.py": "",
    "models/lenet.py": "width = 1\n",
    "benchmarks/nights/templates/crontab": "hourly\n",
    "results/verdicts.py": "margin = 1\n",
    "results/published/lecun1998.csv": "error,1.1\n",
}


def sh(folder, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def put(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(text.encode())


def committed(root, *settings):
    for name, text in CONTENTS.items():
        put(root, name, text)
    sh(root, "init", "-q", *settings)
    sh(root, "add", ".")
    sh(root, "commit", "-qm", "one")
    return root


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout of one commit."""
    (tmp_path / "suite").mkdir()
    return committed(tmp_path / "suite")


@pytest.fixture
def other(tmp_path):
    """Return another repository, with the same files and a changed one."""
    (tmp_path / "other").mkdir()
    committed(tmp_path / "other")
    put(tmp_path / "other", "models/lenet.py", "width = 2\n")
    sh(tmp_path / "other", "commit", "-qam", "two")
    return tmp_path / "other"


def differs(root, name):
    commit, reason = state(root)
    return reason == f"the code differs from commit {commit} in {name}"


def is_clean(root):
    return state(root).difference == ""


def test_a_commit_is_named_by_twelve_digits(checkout):
    assert re.fullmatch("[0-9a-f]{12}", state(checkout).name)
    assert is_clean(checkout)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "plan.toml",
            "plan.log",
            "README.md",
            "results/reproduced/lecun1998.csv",
            "results/curves/lecun1998.csv",
        ),
        *(
            "tests/test_lenet.py",
            "docs/conf.py",
            "models/__pycache__/lenet.cpython-311.pyc",
            "models/.lenet.py.swp",
        ),
    ],
)
def test_what_no_number_depends_on_may_change(checkout, name):
    put(checkout, name, "changed")
    assert is_clean(checkout)


@pytest.mark.parametrize(
    "name",
    [
        *("models/lenet.py", "models/__init__.py", "results/verdicts.py", "results/published/lecun1998.csv"),
        *("benchmarks/nights/templates/crontab", "pyproject.toml"),
    ],
)
def test_a_changed_or_missing_file_differs(checkout, name):
    put(checkout, name, "changed")
    assert differs(checkout, name)
    (checkout / name).unlink()
    assert differs(checkout, name)


@pytest.mark.parametrize(
    "name",
    [
        *("models/new.py", "models/lenet/__init__.py", "models/lenet.cpython-311-x86_64-linux-gnu.so"),
        *("models/two\nlines.pyc", "results/new.py", "results/curves/__init__.py", "results/published/new"),
        *("benchmarks/nights/templates/new", "requirements.lock", "a.py", "a/__init__.py", "b/__init__.abi3.so"),
    ],
)
def test_a_file_that_the_commit_lacks_differs_though_git_ignores_it(checkout, name):
    put(checkout, ".git/info/exclude", "*\n")
    put(checkout, name, "")
    assert differs(checkout, name)


def test_all_differences_are_counted(checkout):
    put(checkout, "models/lenet.py", "changed")
    put(checkout, "models/new.py", "")
    put(checkout, "results/new.py", "")
    assert differs(checkout, "models/lenet.py and 2 more")


def test_links_count_by_what_they_have(checkout, tmp_path):
    put(tmp_path, "elsewhere/lenet.py", CONTENTS["models/lenet.py"])
    (checkout / "models/lenet.py").unlink()
    (checkout / "models/lenet.py").symlink_to(tmp_path / "elsewhere/lenet.py")
    assert is_clean(checkout)
    put(tmp_path, "elsewhere/lenet.py", "changed")
    assert differs(checkout, "models/lenet.py")
    sh(checkout, "checkout", "-q", "models/lenet.py")
    (checkout / "models/linked").symlink_to(tmp_path / "elsewhere")
    assert differs(checkout, "models/linked")


def test_line_ends_of_windows_are_no_difference(checkout):
    for name, text in CONTENTS.items():
        put(checkout, name, text.replace("\n", "\r\n"))
    assert is_clean(checkout)
    put(checkout, "models/lenet.py", "width = 2\r\n")
    assert differs(checkout, "models/lenet.py")


@pytest.mark.parametrize(
    "words",
    [
        ("update-index", "--assume-unchanged", "models/lenet.py"),
        ("update-index", "--skip-worktree", "models/lenet.py"),
        ("config", "filter.old.clean", "git cat-file blob HEAD:models/lenet.py"),
        ("config", "core.worktree", "/"),
        ("add", "models/lenet.py"),
    ],
    ids=lambda words: words[1],
)
def test_no_setting_of_the_repository_hides_a_change(checkout, words):
    put(checkout, ".git/info/attributes", "models/lenet.py filter=old\n")
    put(checkout, "models/lenet.py", "width = 2\n")
    sh(checkout, *words)
    assert differs(checkout, "models/lenet.py")


def test_a_replaced_commit_is_not_believed(checkout):
    put(checkout, "models/lenet.py", "width = 2\n")
    sh(checkout, "checkout", "-qb", "aside")
    sh(checkout, "commit", "-qam", "two")
    sh(checkout, "replace", "main", "aside")
    sh(checkout, "symbolic-ref", "HEAD", "refs/heads/main")
    assert differs(checkout, "models/lenet.py")


def test_no_variable_leads_to_another_repository(checkout, other, monkeypatch):
    commit = state(checkout).name
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / ".git/objects"))
    assert state(checkout) == (commit, "")
    put(checkout, "models/lenet.py", "width = 2\n")  # what the other one has
    assert differs(checkout, "models/lenet.py")


def test_a_configuration_that_git_cannot_read_does_not_matter(checkout, tmp_path, monkeypatch):
    put(tmp_path, ".gitconfig", "[core\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(subprocess.CalledProcessError):
        sh(checkout, "status")
    assert is_clean(checkout)


def test_a_tree_inside_another_repository_has_no_commit(other):
    inside = other / "copy"
    for name, text in CONTENTS.items():
        put(inside, name, text)
    sh(other, "add", ".")
    sh(other, "commit", "-qm", "three")
    assert state(inside) == ("unknown", "the code is not a git checkout, so it has no commit")


def test_a_second_working_tree_is_a_checkout(checkout, tmp_path):
    sh(checkout, "worktree", "add", "-q", str(tmp_path / "second"))
    assert is_clean(tmp_path / "second")
    put(tmp_path / "second", "models/lenet.py", "changed")
    assert differs(tmp_path / "second", "models/lenet.py")
    assert is_clean(checkout)


def test_a_repository_may_name_its_blobs_by_sha256(tmp_path):
    assert is_clean(committed(tmp_path, "--object-format=sha256"))


def test_without_git_the_commit_is_unknown(checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert state(checkout) == ("unknown", "git is not installed, so the commit of the code is unknown")


def test_a_checkout_without_a_commit_says_what_git_says(tmp_path):
    put(tmp_path, "pyproject.toml", "")
    sh(tmp_path, "init", "-q")
    assert state(tmp_path) == (
        "unknown",
        "git cannot read the checkout (fatal: Needed a single revision), so the commit is unknown",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_owner_is_read(checkout, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for path in (checkout, *checkout.rglob("*")):
        os.chown(path, 12345, 12345)
    with pytest.raises(subprocess.CalledProcessError):  # git protects from hooks and settings, not used here
        sh(checkout, "status")
    assert is_clean(checkout)
    put(checkout, "models/lenet.py", "changed")
    assert differs(checkout, "models/lenet.py")


def installed(root):
    """Write a package as an installer does, with the list of its files."""
    lines = []
    for name in ("models/__init__.py", "models/lenet.py", "results/published/lecun1998.csv"):
        put(root, name, CONTENTS[name])
        digest = hashlib.sha256(CONTENTS[name].encode()).digest()
        lines.append(f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},1\n")
    put(root, "retable-0.1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: retable\nVersion: 0.1.0\n")
    put(root, "retable-0.1.0.dist-info/RECORD", "".join(lines) + "models/__pycache__/lenet.cpython-311.pyc,,\n")
    put(root, "numpy/__init__.py", "")  # beside it are other packages
    put(root, "six.py", "")
    return root


def test_an_installed_package_is_its_release(tmp_path):
    assert state(installed(tmp_path)) == ("retable 0.1.0", "")


@pytest.mark.parametrize("name", ["models/lenet.py", "models/new.py", "results/published/lecun1998.csv"])
def test_an_installed_package_that_was_edited_is_not_its_release(tmp_path, name):
    put(installed(tmp_path), name, "changed")
    assert state(tmp_path).difference == f"the code differs from the installed retable 0.1.0 in {name}"


def test_a_part_of_an_installed_package_is_not_its_release(tmp_path):
    (installed(tmp_path) / "models/lenet.py").unlink()
    assert state(tmp_path).difference.endswith(" in models/lenet.py")


def test_files_that_nothing_lists_have_no_version(tmp_path):
    shutil.rmtree(installed(tmp_path) / "retable-0.1.0.dist-info")
    difference = "the code is neither a git checkout nor an installed package, so its version is unknown"
    assert state(tmp_path) == ("unknown", difference)


def test_a_run_of_changed_code_says_why_it_does_not_count(checkout, tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "ROOT", checkout)
    assert provenance.is_clean()
    assert folder_of_records(tmp_path, Options()) == (tmp_path, "")
    (tmp_path / "second").mkdir()
    second = committed(tmp_path / "second")
    put(second, "models/lenet.py", "changed")
    monkeypatch.setattr(provenance, "ROOT", second)
    commit = provenance.commit()
    assert re.fullmatch(r"[0-9a-f]{12}\+", commit)
    reason = f"the code differs from commit {commit.rstrip('+')} in models/lenet.py"
    assert folder_of_records(tmp_path, Options()) == (tmp_path / "trial", reason)
