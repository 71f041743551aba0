"""Image sets: their official files, damaged ones, and the sets' own facts."""

import gzip
import io
import tarfile

import h5py
import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.cifar10 import CIFAR10, CIFAR10_JPEG
from data_pipelines.datasets.mnist import MNIST
from data_pipelines.datasets.usps import USPS


def repacked(path, change) -> None:
    """Apply a change to the bytes in a gzipped file."""
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (0, lambda c: b"\0\0\x0d\x03" + c[4:], "begins with 00000d03. Expected 00000803"),
        (1, lambda c: b"", "begins with . Expected 00000801"),
        (2, lambda c: c[:-5], r"has 62715 bytes of data. Its header says \(80, 28, 28\)"),
        (0, lambda c: c[:9], "has 0 bytes of data"),
        (1, lambda c: c[:4] + b"\0\0\0\x4f" + c[8:-1], "has 80 images, .* has 79 labels"),
        (3, lambda c: c[:-1] + b"\x0a", "has the label 10. Expected 0 to 9"),
        (2, lambda c: c[:4] + b"\0\0\0\0" + c[8:16], "has 0 images, .* has 80 labels"),
        (0, lambda c: c[:8] + b"\0\0\0\x0e\0\0\0\x38" + c[16:], "has images of 14x56. Expected 28x28"),
    ],
)
def test_damaged_mnist(number, change, message, tmp_path):
    paths = MNIST.lookalike(tmp_path)
    repacked(paths[number], change)
    with pytest.raises(DataError, match=message):
        MNIST.load(paths, 0, 0)


def test_mnist_that_is_not_gzipped_or_torn(tmp_path):
    paths = MNIST.lookalike(tmp_path)
    whole = paths[0].read_bytes()
    garbled = whole[:200] + bytes(200) + whole[400:]
    for content in (b"plain", whole[: len(whole) // 2], garbled):
        paths[0].write_bytes(content)
        with pytest.raises(DataError, match="can't be unpacked"):
            MNIST.load(paths, 0, 0)


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
        with pytest.raises(DataError, match="lacks train/data or train/target, or they are no arrays"):
            USPS.load(paths, 0, 0)
    paths[0].write_bytes(b"no HDF5")
    with pytest.raises(DataError, match="can't be read as HDF5"):
        USPS.load(paths, 0, 0)


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


def test_another_split_of_as_many_digits_is_refused(tmp_path):
    fold = USPS.load(USPS.lookalike(tmp_path), 0, 0)
    y = np.zeros(9298, "int32")
    moved = fold._replace(train=fold.train._replace(y=y[:7290]), test=fold.test._replace(y=y[7290:]))
    with pytest.raises(DataError, match=r"USPS has \(7290, 2008\) examples. Expected \(7291, 2007\)"):
        USPS.check(moved)


def test_facts_of_the_real_sets(mirror):
    usps = USPS.load([mirror / file.name for file in USPS.files], 0, 0)
    assert (len(usps.train.y), len(usps.test.y)) == (7291, 2007)
    assert (usps.train.x.min(), usps.train.x.max()) == (-1, 1)
    mnist = MNIST.load([mirror / file.name for file in MNIST.files], 0, 0)
    assert (mnist.train.x.shape, mnist.test.x.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    assert np.bincount(mnist.train.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert mnist.train.y[:5].tolist() == [5, 0, 4, 1, 9]
