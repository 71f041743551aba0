"""USPS: its HDF5 file, damaged ones, and its own facts."""

import h5py
import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.usps import USPS


@pytest.mark.parametrize(
    ("name", "place", "value", "message"),
    [
        ("train/target", 3, 10, "train/target has labels 0 to 10. Expected 0 to 9"),
        ("test/data", 0, 1.5, "test/data has values .* to 1.5. Expected 0 to 1"),
        ("test/data", 0, float("nan"), "test/data has values nan"),
    ],
)
def test_damaged_usps(name, place, value, message, tmp_path):
    paths = USPS.lookalike(tmp_path)
    with h5py.File(paths[0], "r+") as file:
        file[name][place] = value
    with pytest.raises(DataError, match=message):
        USPS.load(paths, 0, 0)


def test_usps_without_a_part_of_another_shape_or_of_another_format(tmp_path):
    paths = USPS.lookalike(tmp_path)
    with h5py.File(paths[0], "r+") as file:
        del file["train/target"]
        file["train/target"] = np.zeros(7, "int32")
    with pytest.raises(DataError, match=r"train/data is \(60, 256\), with 7 labels"):
        USPS.load(paths, 0, 0)
    for value in ("text", 3.0, None):
        with h5py.File(paths[0], "r+") as file:
            del file["train/target"]
            if value is None:
                file.create_group("train/target")
            else:
                file["train/target"] = value
        with pytest.raises(DataError, match="lacks train/data or train/target, or they are not arrays"):
            USPS.load(paths, 0, 0)
    paths[0].write_bytes(b"no HDF5")
    with pytest.raises(DataError, match="can't be read as HDF5"):
        USPS.load(paths, 0, 0)


def test_another_split_of_as_many_digits_is_refused(tmp_path):
    fold = USPS.load(USPS.lookalike(tmp_path), 0, 0)
    y = np.zeros(9298, "int32")
    moved = fold._replace(train=fold.train._replace(y=y[:7290]), test=fold.test._replace(y=y[7290:]))
    with pytest.raises(DataError, match=r"USPS has \(7290, 2008\) examples. Expected \(7291, 2007\)"):
        USPS.check(moved)


def test_facts_of_the_real_set(mirror):
    usps = USPS.load([mirror / file.name for file in USPS.files], 0, 0)
    assert (len(usps.train.y), len(usps.test.y)) == (7291, 2007)
    assert (usps.train.x.min(), usps.train.x.max()) == (-1, 1)
