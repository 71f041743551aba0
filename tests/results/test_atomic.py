"""Files that are replaced whole."""

import os
from pathlib import Path
from stat import S_ISDIR

import pytest

from results.atomic import atomic_path


def test_the_file_is_replaced_when_the_block_ends(tmp_path):
    path = tmp_path / "chart.svg"
    path.write_text("old")
    with atomic_path(path) as temporary:
        temporary.write_text("new")
        assert (path.read_text(), temporary.suffix, temporary.parent) == ("old", ".svg", tmp_path)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_on_failure_the_old_file_remains_and_the_temporary_one_does_not(tmp_path, stop):
    path = tmp_path / "records.csv"
    path.write_text("old")
    with pytest.raises(stop), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise stop
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_are_on_disk_around_the_rename(tmp_path, monkeypatch):
    path, events = tmp_path / "records.csv", []
    replace, fsync = Path.replace, os.fsync

    def flushed(descriptor):
        events.append("folder" if S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", lambda *paths: (events.append("rename"), replace(*paths))[1])
    with atomic_path(path) as temporary:
        temporary.write_text("new")
    assert events == ["file", "rename", "folder"]
