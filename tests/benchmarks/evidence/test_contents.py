"""The contents of a commit are its blobs, whatever the settings of the repository."""

import subprocess
import zlib

import pytest

from benchmarks.evidence.checkout import NoAnswer, contents


def git(folder, *words):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path):
    """Return a checkout of one commit, with a link."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models/lenet.py").write_bytes(b"width = 1\n")
    (tmp_path / "models/sizes.csv").write_bytes(b"1,2")
    (tmp_path / "models/link.py").symlink_to("lenet.py")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_no_attribute_changes_a_content_or_starts_a_program(checkout):
    git(checkout, "config", "filter.other.smudge", f"touch {checkout / 'started'}; echo width = 3")
    git(checkout, "config", "core.autocrlf", "true")
    (checkout / ".git/info/attributes").write_text("*.py filter=other\n*.csv export-ignore\n")
    assert contents(checkout, "HEAD", "models") == {"models/lenet.py": b"width = 1\n", "models/sizes.csv": b"1,2"}
    assert not (checkout / "started").exists()


def test_a_content_that_the_repository_lacks_is_named(checkout):
    for path in (checkout / ".git/objects").glob("??/*"):
        if b"width = 1" in zlib.decompress(path.read_bytes()):
            path.unlink()
    with pytest.raises(NoAnswer, match="lacks the content of models/lenet.py"):
        contents(checkout, "HEAD", "models")
