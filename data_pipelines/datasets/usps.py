"""Zip-code digits of the US Postal Service, 16x16 grey, in an HDF5 file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import barred_digits

SIDE = 16


def load_usps(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return digits as float32 (images, 16, 16, 1) in [-1, 1], in the order of the file.

    Raises DataError for a file that is not HDF5, lacks a part, or has pixels or labels out of range.
    """
    import h5py

    try:
        with h5py.File(paths[0]) as file:
            train, test = (_part(paths[0], file, name) for name in ("train", "test"))
    except OSError as error:
        raise DataError(f"{paths[0]} can't be read as HDF5: {error}") from error
    return Fold(train, None, test)


def _part(path: Path, file, name: str) -> Split:
    found = [file.get(f"{name}/{kind}") for kind in ("data", "target")]
    if not all(getattr(array, "shape", ()) and array.dtype.kind in "fiu" for array in found):
        raise DataError(f"{path} lacks {name}/data or {name}/target, or they are not arrays of numbers.")
    pixels, labels = (array[:] for array in found)
    if len(labels) == 0 or pixels.shape != (len(labels), SIDE**2):
        raise DataError(
            f"{path}: {name}/data is {pixels.shape}, with {len(labels)} labels. Expected {SIDE**2} pixels a label."
        )
    if not (pixels.min() >= 0 and pixels.max() <= 1):
        raise DataError(f"{path}: {name}/data has values {pixels.min()} to {pixels.max()}. Expected 0 to 1.")
    if not np.isin(labels, range(10)).all():
        raise DataError(f"{path}: {name}/target has labels {labels.min()} to {labels.max()}. Expected 0 to 9.")
    return Split((2 * pixels.reshape(-1, SIDE, SIDE, 1) - 1).astype("float32"), labels.astype("int32"))


def write_lookalike(folder: Path, *, digits: int = 120) -> list[Path]:
    """Write an HDF5 file of digits with values from 0 to 1, one half for training, the other for test."""
    import h5py

    path = folder / "usps.h5"
    with h5py.File(path, "w") as file:
        for part in ("train", "test"):
            labels, pixels = barred_digits(digits // 2, SIDE, len(part))
            file[f"{part}/data"], file[f"{part}/target"] = pixels.reshape(len(labels), -1) / 255, labels
    return [path]


USPS = Dataset(
    name="USPS",
    source="LeCun et al. (1989), section 2.1: 7291 training and 2007 test digits",
    classes=10,
    examples=(7291, 2007),
    files=(
        RemoteFile(
            "usps/usps.h5",
            "https://raw.githubusercontent.com/niuers/Learning-From-Data-A-Short-Course/"
            "879a698b960e5867f7c2b11f8938fa89c3d21839/data/usps.h5",
            "734f88c541104a956d88be2c95d03b4a463ffd74ccc2ba9c80841fb98e3fcb36",
            2913522,
            terms="research use (Hull, 1994)",
        ),
    ),
    load=load_usps,
    lookalike=write_lookalike,
)
