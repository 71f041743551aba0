"""Computed arrays are computed once, and again where the file of one is damaged."""

import shutil

import numpy as np
import pytest

from data_pipelines.cache import digest, kept, kept_blocks
from data_pipelines.dataset import LeftOut


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


def flip(path):
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "empty": lambda path, other: path.write_bytes(b""),
    "cut": lambda path, other: path.write_bytes(path.read_bytes()[:150]),
    "flipped": lambda path, other: flip(path),
    "swapped": lambda path, other: shutil.copyfile(other, path),
    "of another version": lambda path, other: np.save(path, np.zeros(40, "int64")),
    "a folder": lambda path, other: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_array_is_told_and_computed_again(home, damage):
    arrays = {name: np.full(40, number) for number, name in enumerate(("one", "two"))}
    paths = []
    for name, array in arrays.items():
        kept("kind", {"name": name}, lambda array=array: array)
        paths += [path for path in (home / "computed").rglob("*.npy") if path not in paths]
    DAMAGES[damage](*paths)
    with pytest.warns(LeftOut, match=f"{paths[0]} .*; the work is done again"):
        found = kept("kind", {"name": "one"}, lambda: arrays["one"])
    np.testing.assert_array_equal(found, arrays["one"])


def test_one_damaged_array_of_several_is_enough(home):
    blocks = [{"x": np.arange(40), "y": np.ones(40)}]
    kept_blocks("trial", {}, ("x", "y"), lambda: blocks)
    flip(next((home / "computed").rglob("*.y.npy")))
    with pytest.warns(LeftOut, match="is damaged"):
        found = kept_blocks("trial", {}, ("x", "y"), lambda: blocks)
    np.testing.assert_array_equal(found["y"], np.ones(40))


def test_an_array_that_cannot_be_kept_is_used(home):
    (home / "computed").parent.mkdir()
    (home / "computed").write_text("a file, no folder")
    with pytest.warns(LeftOut, match="could not be written"):
        found = kept("kind", {"name": "one"}, lambda: np.arange(3))
    assert found.tolist() == [0, 1, 2]
    blocks = [{"x": np.arange(2), "y": np.ones((1, 2))}, {"x": np.arange(1)}]
    with pytest.warns(LeftOut, match="could not be written"):
        several = kept_blocks("kind", {}, ("x", "y"), lambda: iter(blocks))
    assert several["x"].tolist() == [0, 1, 0] and several["y"].shape == (1, 2)
