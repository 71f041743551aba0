"""MNIST in its official files: gzipped arrays with a header of type and sizes (idx)."""

import gzip
import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import barred_digits
from data_pipelines.images import rescale

SIDE = 28
UNSIGNED_BYTES = 8  # the only type of idx that MNIST uses
MOST_BYTES = 2**32  # of an array


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read a gzipped idx file of unsigned bytes. Raises DataError for another header or length."""
    try:
        with gzip.open(path) as stream:
            shape = _shape(path, stream, dimensions)
            content = stream.read(math.prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} can't be unpacked: {error}") from error
    if len(content) != math.prod(shape):
        found = "more" if len(content) > math.prod(shape) else len(content)
        raise DataError(f"{path} has {found} bytes of data. Its header says {shape}.")
    return np.frombuffer(content, "u1").reshape(shape)


def _shape(path: Path, stream: gzip.GzipFile, dimensions: int) -> tuple[int, ...]:
    """Read a header and return the sizes in it."""
    magic, expected = stream.read(4), bytes([0, 0, UNSIGNED_BYTES, dimensions])
    if magic != expected:
        raise DataError(f"{path} begins with {magic.hex()}. Expected {expected.hex()}, idx of unsigned bytes.")
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError(f"{path} ends inside its header.")
    shape = tuple(np.frombuffer(sizes, ">u4").tolist())
    if math.prod(max(size, 1) for size in shape) > MOST_BYTES:
        raise DataError(f"{path} asks for an array of {shape}. At most {MOST_BYTES} bytes are read.")
    return shape


def load_mnist(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return digits as float32 (images, 28, 28, 1) in [0, 1], ink 1, in the order of the files."""
    return Fold(_part(*paths[:2]), None, _part(*paths[2:]))


def _part(images: Path, labels: Path) -> Split:
    x, y = read_idx(images, 3), read_idx(labels, 1)
    if x.shape[1:] != (SIDE, SIDE):
        raise DataError(f"{images} has images of {x.shape[1]}x{x.shape[2]}. Expected {SIDE}x{SIDE}.")
    if len(x) != len(y):
        raise DataError(f"{images} has {len(x)} images, {labels} has {len(y)} labels.")
    if len(y) == 0:
        raise DataError(f"{labels} has no labels.")
    if y.max() > 9:
        raise DataError(f"{labels} has the label {y.max()}. Expected 0 to 9.")
    return Split(rescale(x, 255), y.astype("int32"))


def write_lookalike(folder: Path, *, digits: int = 160) -> list[Path]:
    """Write idx files of digits and of their labels, for training and for test."""
    paths = []
    for part in ("train", "t10k"):
        labels, pixels = barred_digits(digits // 2, SIDE, len(part))
        for name, array in ((f"{part}-images-idx3-ubyte.gz", pixels), (f"{part}-labels-idx1-ubyte.gz", labels)):
            header = bytes([0, 0, UNSIGNED_BYTES, array.ndim]) + np.array(array.shape, ">u4").tobytes()
            with gzip.open(folder / name, "wb") as stream:
                stream.write(header + array.astype("u1").tobytes())
            paths.append(folder / name)
    return paths


def _file(name: str, size: int, sha256: str) -> RemoteFile:
    address = f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}"
    return RemoteFile(f"mnist/{name}", address, sha256, size, terms="none stated (often given as CC BY-SA 3.0)")


FILES = (
    _file(
        "train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    _file("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    _file(
        "t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    _file("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)
MNIST = Dataset(
    name="MNIST",
    source="LeCun et al. (1998), section III.A: 60,000 training and 10,000 test digits",
    classes=10,
    examples=(60000, 10000),
    files=FILES,
    load=load_mnist,
    lookalike=write_lookalike,
)
