"""MNIST: its idx files, damaged ones, and its own facts."""

import gzip

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.mnist import MNIST


def repacked(path, change) -> None:
    """Apply a change to the bytes in a gzipped file."""
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (0, lambda c: b"\0\0\x0d\x03" + c[4:], "begins with 00000d03. Expected 00000803"),
        (1, lambda c: b"", "begins with . Expected 00000801"),
        (2, lambda c: c[:-5], r"has 62715 bytes of data. Its header says \(80, 28, 28\)"),
        (0, lambda c: c[:9], "ends inside its header"),
        (0, lambda c: c + b"0", "has more bytes of data"),
        (0, lambda c: c[:4] + b"\xff" * 12 + c[16:], r"asks for an array of \(4294967295, .*At most"),
        (0, lambda c: c[:4] + bytes(4) + b"\xff" * 8, r"asks for an array of \(0, 4294967295, .*At most"),
        (1, lambda c: c + bytes(10**7), "has more bytes of data"),
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


def test_facts_of_the_real_set(mirror):
    mnist = MNIST.load([mirror / file.name for file in MNIST.files], 0, 0)
    assert (mnist.train.x.shape, mnist.test.x.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    assert np.bincount(mnist.train.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert mnist.train.y[:5].tolist() == [5, 0, 4, 1, 9]
