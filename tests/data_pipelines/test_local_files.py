"""Files of one's own: pinned, and refused once they have changed."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from data_pipelines.dataset import DataError, LocalFile, RemoteFile
from data_pipelines.download import fetch, file_hash
from data_pipelines.local_files import files_in, pinned, python_source, remote


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder of two files, one in a folder of its own, and a hidden one."""
    for name, text in (("a/one.txt", "1"), ("two.txt", "22"), (".hidden", "?")):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "data"


def test_a_pinned_file_and_a_pinned_folder_are_fetched_where_they_are(folder):
    file = pinned(folder / "two.txt")
    assert (file.hash, file.size, file.name) == (hashlib.sha256(b"22").hexdigest(), 2, "two.txt")
    assert fetch(file) == folder / "two.txt"
    whole = pinned(folder)
    assert whole.hash.startswith("folder:") and whole.size == 3
    assert fetch(whole) == folder and file_hash(folder) == whole.hash


def test_the_hash_of_a_folder_covers_names_and_contents_and_not_its_place(folder, tmp_path):
    before = pinned(folder)
    moved = folder.rename(tmp_path / "elsewhere")
    assert pinned(moved).hash == before.hash
    (moved / ".hidden").unlink()
    assert pinned(moved).hash == before.hash
    (moved / "two.txt").rename(moved / "three.txt")
    assert pinned(moved).hash != before.hash
    (moved / "three.txt").rename(moved / "two.txt")
    (moved / "two.txt").write_text("23", "utf-8")
    assert pinned(moved).hash != before.hash


@pytest.mark.parametrize("name", ["", "two.txt"], ids=["folder", "file"])
def test_what_has_changed_is_refused_with_both_hashes(name, folder):
    file = pinned(folder / name)
    fetch(file)
    (folder / "two.txt").write_text("333", "utf-8")
    with pytest.raises(DataError, match="Restore it, or accept the change: retable data pin") as caught:
        fetch(file)
    assert file.hash in str(caught.value) and pinned(folder / name).hash in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_size_is_refused_too(folder):
    with pytest.raises(DataError, match="2 bytes. Expected .* and 3 bytes"):
        fetch(replace(pinned(folder / "two.txt"), size=3))


def test_what_is_missing_or_empty(tmp_path):
    with pytest.raises(DataError, match="There is no file or folder .*none.csv"):
        fetch(LocalFile(tmp_path / "none.csv", "0" * 64, 1))
    with pytest.raises(DataError, match="has no files"):
        pinned(tmp_path)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(DataError, match="empty.csv is empty"):
        pinned(tmp_path / "empty.csv")


def test_links_to_folders_are_not_followed_and_broken_ones_refused(folder):
    (folder / "again").symlink_to(folder)
    assert [path.name for path in files_in(folder)] == ["one.txt", "two.txt"]
    (folder / "broken").symlink_to(folder / "nothing")
    with pytest.raises(DataError, match="broken is a broken link"):
        files_in(folder)


def test_a_pipe_is_refused(folder):
    os.mkfifo(folder / "pipe")
    with pytest.raises(DataError, match="pipe"):
        pinned(folder)


def test_source_is_python_that_gives_the_file_back(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    names = {"LocalFile": LocalFile, "RemoteFile": RemoteFile, "Path": Path, "__file__": "my_paper.py"}
    for path in (Path("data"), Path("data/two.txt"), folder):
        assert eval(python_source(pinned(path)), names) == pinned(path)
    file = remote(pinned(Path("data/two.txt")), "https://example.org/two.txt")
    assert eval(python_source(file), names) == file
    assert file.name == f"two-{file.hash[:8]}/two.txt"


@pytest.mark.parametrize(
    ("name", "address", "message"),
    [("", "https://example.org/x", "is a folder"), ("two.txt", "example.org/two.txt", "begins with http")],
)
def test_an_address_of_a_folder_or_without_a_protocol(name, address, message, folder):
    with pytest.raises(DataError, match=message):
        remote(pinned(folder / name), address)
