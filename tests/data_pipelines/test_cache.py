"""The cache: files are whole or not there, and arrays are computed once."""

import os
import stat

import numpy as np
import pytest

from data_pipelines.cache import atomic_path, digest, kept, kept_blocks


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


def test_the_modes_of_new_files_are_those_of_others(path):
    with atomic_path(path.with_name("new")) as temporary:
        temporary.write_text("new")
    assert path.with_name("new").stat().st_mode == path.stat().st_mode


def test_blocks_are_kept_as_one_array_for_each_name(home):
    x = [np.arange(6, dtype="uint8").reshape(2, 3), np.zeros((0, 3), "uint8"), np.ones((12345, 3), "uint8")]
    y = [np.arange(2), np.arange(12345)]
    blocks = [{"x": x[0]}, {"x": x[1], "y": y[0]}, {"y": y[1]}, {"x": x[2]}]
    found = kept_blocks("trial", {"a": 1}, ("x", "y"), lambda: iter(blocks))
    again = kept_blocks("trial", {"a": 1}, ("x", "y"), lambda: iter(()))  # not computed again
    for arrays in (found, again):
        assert all(isinstance(array, np.memmap) for array in arrays.values())
        np.testing.assert_array_equal(arrays["x"], np.concatenate(x))
        np.testing.assert_array_equal(arrays["y"], np.concatenate(y))


def test_an_array_without_a_block_keeps_nothing(home):
    for blocks in ([], [{"x": np.arange(3)}]):
        with pytest.raises(ValueError, match="no rows"):
            kept_blocks("trial", {"a": 2}, ("x", "y"), lambda blocks=blocks: blocks)
        assert not [path for path in home.rglob("*") if path.is_file()]


def test_computed_arrays_are_kept_under_their_source(home):
    made: list[int] = []

    def compute():
        made.append(1)
        return np.arange(3)

    first, again = (kept("kind", {"a": digest(np.arange(2), "text")}, compute) for _ in range(2))
    assert isinstance(again, np.memmap) and made == [1]
    np.testing.assert_array_equal(first, again)
    kept("kind", {"a": digest(np.arange(2), "other")}, compute)
    assert made == [1, 1]
    assert digest(np.zeros((2, 3))) != digest(np.zeros((3, 2)))
    with pytest.raises(MemoryError):
        kept("kind", {"a": "x"}, lambda: (_ for _ in ()).throw(MemoryError()))
    assert len(list((home / "computed").rglob("*"))) == 3  # the folder and two arrays
