"""CIFAR-10: the binary files, their archive, damaged ones, and the zip of JPEG images."""

import hashlib
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data_pipelines.dataset import DataError, Dataset
from data_pipelines.datasets.cifar10 import ARCHIVE_SHA256, CIFAR10, CIFAR10_JPEG
from data_pipelines.download import fetch

ADDRESS = "http://127.0.0.1:9/cifar-10-binary.tar.gz"
RECORD = bytes([7]) + bytes([1]) * 1024 + bytes([2]) * 1024 + bytes([3]) * 1024


@pytest.fixture
def unpacked(tmp_path, home, monkeypatch):
    """Return a folder of look-alike members in a mirror, as unpacking the archive there makes it."""
    folder = tmp_path / "mirror" / "cifar10" / "cifar-10-batches-bin"
    folder.mkdir(parents=True)
    CIFAR10.lookalike(folder)
    monkeypatch.setenv("RETABLE_MIRROR", str(tmp_path / "mirror"))
    return folder


def expecting(folder, archive_sha256: str = "") -> Dataset:
    """Return the data set with the hashes of the members in a folder."""
    hashes = [hashlib.sha256((folder / Path(file.name).name).read_bytes()) for file in CIFAR10.files]
    files = tuple(
        replace(file, address=ADDRESS, hash=found.hexdigest(), archive_sha256=archive_sha256)
        for file, found in zip(CIFAR10.files, hashes, strict=True)
    )
    return replace(CIFAR10, files=files)


def loaded(dataset: Dataset) -> list[np.ndarray]:
    fold = dataset.load([fetch(file) for file in dataset.files], 0, 0)
    return [fold.train.x, fold.train.y, fold.test.x, fold.test.y]


def test_the_archive_and_its_members_give_equal_arrays(unpacked, home):
    packed = unpacked.parent / "cifar-10-binary.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(unpacked, unpacked.name)
    dataset = expecting(unpacked, hashlib.sha256(packed.read_bytes()).hexdigest())
    from_members = loaded(dataset)
    assert not (home / "data" / "cifar10" / packed.name).exists()
    shutil.rmtree(home)
    shutil.rmtree(unpacked)
    for ours, theirs in zip(loaded(dataset), from_members, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    (home / "data" / "cifar10" / "test_batch.bin").unlink()
    shutil.rmtree(unpacked.parent)
    assert fetch(dataset.files[-1]).exists()  # from the archive in the cache, which may have been there before


def test_a_missing_or_another_member_costs_one_line(unpacked):
    dataset = expecting(unpacked)
    (unpacked / "data_batch_3.bin").unlink()
    (unpacked / "test_batch.bin").write_bytes(RECORD)
    with pytest.raises(
        DataError, match="data_batch_3.bin could not be fetched .*data_batch_3.bin: no such"
    ) as one:
        fetch(dataset.files[2])
    found, expected = hashlib.sha256(RECORD).hexdigest(), dataset.files[-1].hash
    with pytest.raises(DataError, match=f"test_batch.bin: it has SHA-256 {found}. Expected {expected}") as other:
        fetch(dataset.files[-1])
    assert all(str(error.value).count("could not be fetched") == 1 for error in (one, other))
    assert all("\n" not in str(error.value) for error in (one, other))


def test_recipes_know_the_data_by_the_archive():
    assert CIFAR10.data_hash == hashlib.sha256(ARCHIVE_SHA256.encode()).hexdigest()[:12]


def test_a_cifar_record_is_a_label_and_three_planes(tmp_path):
    paths = [tmp_path / Path(file.name).name for file in CIFAR10.files]
    for path in paths:
        path.write_bytes(RECORD)
    fold = CIFAR10.load(paths, 0, 0)
    assert fold.train.x.shape == (5, 32, 32, 3)
    assert fold.test.x[0, 3, 4].tolist() == [1, 2, 3]
    assert fold.test.y.tolist() == [7]
    paths[0].write_bytes(RECORD[:-1])
    with pytest.raises(DataError, match="data_batch_1.bin has 3072 bytes"):
        CIFAR10.load(paths, 0, 0)
    paths[0].write_bytes(RECORD + b"\x0a" + RECORD[1:])
    with pytest.raises(DataError, match="byte 3073: label 10"):
        CIFAR10.load(paths, 0, 0)


def test_a_zip_of_images_is_decoded_once(tmp_path, home):
    paths = CIFAR10_JPEG.lookalike(tmp_path)
    first = CIFAR10_JPEG.load(paths, 0, 0)
    assert first.train.x.shape == (60, 32, 32, 3)
    assert np.bincount(first.train.y).tolist() == [6] * 10
    assert len(list(home.rglob("*.npy"))) == 2
    again = CIFAR10_JPEG.load(paths, 0, 0)
    np.testing.assert_array_equal(first.test.x, again.test.x)
    paths[0].write_bytes(b"no zip")
    with pytest.raises(DataError, match="can't be unpacked"):
        CIFAR10_JPEG.load(paths, 0, 0)
