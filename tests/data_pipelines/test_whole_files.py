"""Files are whole or not there, seals tell damage, and left-overs of dead processes go."""

import os
import socket
import stat
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from data_pipelines.dataset import LeftOut
from data_pipelines.whole_files import (
    atomic_path,
    content_of,
    intact,
    remove_leftovers,
    sealed_path,
    temporary_folder,
    temporary_name,
)
from results import atomic


@pytest.fixture
def path(tmp_path):
    (tmp_path / "file.npz").write_text("old")
    return tmp_path / "file.npz"


def test_the_file_is_flushed_before_it_is_renamed_and_its_folder_after(path, monkeypatch):
    flushed: list[tuple[str, str]] = []

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        flushed.append(("folder" if is_folder else os.pread(descriptor, 9, 0).decode(), path.read_text()))

    monkeypatch.setattr(os, "fsync", fsync)
    with atomic_path(path) as temporary:
        assert temporary.parent == path.parent and temporary.suffix == path.suffix
        temporary.write_text("new")
    assert flushed == [("new", "old"), ("folder", "new")]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("no space"), KeyboardInterrupt(), MemoryError()], ids=repr)
@pytest.mark.parametrize("is_flushing", [False, True], ids=["writing", "flushing"])
def test_a_failure_leaves_the_old_file_and_nothing_else(path, error, is_flushing, monkeypatch):
    def fail(descriptor: int = 0) -> None:
        raise error

    if is_flushing:
        monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)), atomic_path(path) as temporary:
        temporary.write_text("half of it")
        if not is_flushing:
            fail()
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_before_anything_is_written_is_raised_as_it_is(path):
    with pytest.raises(KeyError, match="early"), atomic_path(path):
        raise KeyError("early")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError("9 requested and 5 written"), OSError(28, "No space", None)], ids=repr)
def test_a_failed_write_names_the_file(path, error):
    with pytest.raises(OSError, match="written|No space") as raised, atomic_path(path):
        raise error
    assert raised.value.errno and raised.value.filename == str(path)


def test_a_missing_folder_is_named_by_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as raised, atomic_path(tmp_path / "none" / "file") as temporary:
        temporary.write_text("new")
    assert raised.value.filename == str(tmp_path / "none" / "file")


def test_the_modes_of_new_files_are_those_of_others(path):
    with atomic_path(path.with_name("new")) as temporary:
        temporary.write_text("new")
    assert path.with_name("new").stat().st_mode == path.stat().st_mode


def sealed(path, content=b"content"):
    with sealed_path(path) as temporary:
        temporary.write_bytes(content)
    return path


def test_a_sealed_file_is_intact_and_a_missing_one_is_not(tmp_path):
    path = sealed(tmp_path / "file")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert intact(path) and not intact(tmp_path / "other")
    assert content_of(path) == b"content"


def test_every_flipped_byte_and_every_cut_is_noticed(tmp_path):
    whole = sealed(tmp_path / "file").read_bytes()
    for at in range(len(whole)):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :]):
            (tmp_path / "file").write_bytes(content)
            with pytest.warns(LeftOut, match="the work is done again"):
                assert not intact(tmp_path / "file")


def test_a_file_that_was_swapped_with_another_is_noticed(tmp_path):
    one, two = sealed(tmp_path / "one"), sealed(tmp_path / "two")
    (tmp_path / "other").mkdir()
    two.replace(one)
    with pytest.warns(LeftOut, match="another file"):
        assert not intact(one)
    moved = sealed(tmp_path / "same").rename(tmp_path / "other" / "same")
    with pytest.warns(LeftOut, match="another file"):
        assert not intact(moved)


def test_a_file_that_changes_after_it_was_read_is_read_again(tmp_path):
    path = sealed(tmp_path / "file")
    assert intact(path)
    path.write_bytes(path.read_bytes()[:-1] + b"0")
    with pytest.warns(LeftOut):
        assert not intact(path)


def test_readers_of_arrays_pass_over_the_seal(tmp_path):
    for name in ("a.npy", "a.npz"):
        with sealed_path(tmp_path / name) as temporary:
            (np.save if name == "a.npy" else np.savez)(temporary, np.arange(3))
    assert np.load(tmp_path / "a.npy", mmap_mode="r").tolist() == [0, 1, 2]
    assert np.load(tmp_path / "a.npz")["arr_0"].tolist() == [0, 1, 2]


@pytest.fixture
def dead():
    """Return the number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.mark.parametrize("make", [temporary_name, atomic.temporary_name])
def test_left_overs_of_dead_processes_go_and_those_of_others_stay(tmp_path, monkeypatch, dead, make):
    folder = tmp_path / "cache" / "kind"
    (folder / make("folder")).mkdir(parents=True)  # written by this process
    (folder / "user's.npy").touch()
    (folder / ".new-file").touch()
    monkeypatch.setattr(os, "getpid", lambda: dead)
    left = [folder / make("a.npy"), folder / make("folder")]
    left[0].touch()
    (left[1] / "inside").mkdir(parents=True)
    monkeypatch.setattr(socket, "gethostname", lambda: "another")
    (folder / make("of another machine")).touch()
    old = folder / make("of another machine, a month ago")
    old.touch()
    os.utime(old, (0, time.time() - 30 * 24 * 3600))
    monkeypatch.undo()
    remove_leftovers(tmp_path)
    assert not any(path.exists() for path in [*left, old])
    assert len(list(folder.iterdir())) == 4


def test_left_overs_of_an_earlier_process_of_the_same_number_go(tmp_path):
    """In a container every command may have the same number."""
    path = tmp_path / temporary_name("a.npy")
    path.touch()
    os.utime(path, (0, 1000))
    remove_leftovers(tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("provide", [temporary_folder, atomic.temporary_folder])
def test_a_temporary_folder_goes_with_its_block(tmp_path, provide):
    with pytest.raises(KeyError), provide(tmp_path / "deep") as folder:
        (folder / "file").touch()
        raise KeyError
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_left_over_of_a_process_that_no_system_can_have_goes(tmp_path):
    host = temporary_name("x").split("-")[1]
    (tmp_path / f".new-{host}-{10**20}-0123abcd-x").touch()
    remove_leftovers(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x" * 251 + ".npy", "ü" * 125 + ".npy"])
@pytest.mark.parametrize("write", [atomic_path, atomic.atomic_path])
def test_the_longest_name_can_be_written(name, write, tmp_path):
    with write(tmp_path / name) as temporary:
        temporary.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_may_have_any_bytes_in_its_name(tmp_path):
    path = tmp_path / os.fsdecode(b"folder\xff") / "file.npy"
    path.parent.mkdir()
    with sealed_path(path) as temporary:
        temporary.write_text("new")
    assert intact(path)
