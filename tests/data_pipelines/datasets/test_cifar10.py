"""CIFAR-10: the binary archive, damaged ones, and the zip of JPEG images."""

import io
import tarfile

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.cifar10 import CIFAR10, CIFAR10_JPEG


def archive(path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as opened:
        for name, content in members.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))


def test_a_cifar_record_is_a_label_and_three_planes(tmp_path):
    record = bytes([7]) + bytes([1]) * 1024 + bytes([2]) * 1024 + bytes([3]) * 1024
    path = tmp_path / "cifar.tar.gz"
    names = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    archive(path, dict.fromkeys(names, record))
    fold = CIFAR10.load([path], 0, 0)
    assert fold.train.x.shape == (5, 32, 32, 3)
    assert fold.test.x[0, 3, 4].tolist() == [1, 2, 3]
    assert fold.test.y.tolist() == [7]
    archive(path, dict.fromkeys(names, record[:-1]))
    with pytest.raises(DataError, match="data_batch_1.bin has 3072 bytes"):
        CIFAR10.load([path], 0, 0)
    archive(path, dict.fromkeys(names, record + b"\x0a" + record[1:]))
    with pytest.raises(DataError, match="byte 3073: label 10"):
        CIFAR10.load([path], 0, 0)
    archive(path, dict.fromkeys(names[1:], record))
    with pytest.raises(DataError, match="has no data_batch_1.bin"):
        CIFAR10.load([path], 0, 0)
    path.write_bytes(b"no archive")
    with pytest.raises(DataError, match="can't be unpacked"):
        CIFAR10.load([path], 0, 0)


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
