"""The folders and lists of ILSVRC, checked, but without a look into the images."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_pipelines.dataset import DataError
from data_pipelines.photographs import images_in

CLASS_NAME = re.compile(r"n\d{8}")  # of WordNet
LISTS = {"val": "validation", "test": "test"}
KIT = "*devkit*/data"


class Listed(NamedTuple):
    """Image files and their classes, in the order of their names."""

    files: np.ndarray  # paths (images,)
    classes: np.ndarray  # int32 (images,), numbers in the order of the classes' names

    def at(self, rows: np.ndarray) -> "Listed":
        """Return some of the images."""
        return Listed(self.files[rows], self.classes[rows])


def class_names(folder: Path) -> list[str]:
    """Return the sorted names of the folders in train/. Raises DataError for other names than WordNet's."""
    found = _folders(folder / "train")
    if not found:
        raise DataError(f"{folder / 'train'} has no folders. Expected one for each class, such as n01440764.")
    if strange := [name for name in found if not CLASS_NAME.fullmatch(name)]:
        raise DataError(f"{folder / 'train' / strange[0]} is not a class. Expected a name such as n01440764.")
    return found


def in_class_folders(folder: Path, names: Sequence[str]) -> Listed:
    """Return the images of the classes' folders. Raises DataError for other folders, and for an empty one."""
    if missing := sorted(set(names) ^ set(_folders(folder))):
        lacks = "is a class that train lacks" if missing[0] not in names else "is missing"
        raise DataError(f"{folder / missing[0]} {lacks}. Expected the {len(names)} classes of train.")
    files = [images_in(folder / name) for name in names]
    if empty := [name for name, own in zip(names, files, strict=True) if not own]:
        raise DataError(f"The class folder {folder / empty[0]} has no images.")
    classes = np.repeat(np.arange(len(names), dtype="int32"), [len(own) for own in files])
    return Listed(np.array([file for own in files for file in own], object), classes)


def held_out_part(folder: Path, name: str, year: int, names: Sequence[str]) -> Listed:
    """Return the images of val/ or test/: in folders of classes, or in one with a list of their classes.

    Raises DataError without either, and where images and list don't fit.
    """
    place = folder / name
    if not place.is_dir():
        raise DataError(f"There is no folder {place}.")
    if _folders(place):
        return in_class_folders(place, names)
    files = images_in(place)
    if not files:
        raise DataError(f"{place} has no images.")
    listing = _kit_file(folder, f"ILSVRC{year}_{LISTS[name]}_ground_truth.txt", place)
    for number, file in enumerate(files, 1):
        expected = f"ILSVRC{year}_{name}_{number:08d}.JPEG"
        if Path(file).name != expected:
            raise DataError(f"{file} has no line in {listing.name} by its name. Expected {expected}.")
    known = _numbers(_kit_file(folder, "meta.mat", place), year, names)
    return Listed(np.array(files, object), _classes(listing, known, len(files)))


def _classes(listing: Path, known: dict[str, int], images: int) -> np.ndarray:
    """Read the classes of a list, one a line, int32 (images,); `known` are our numbers by those of the list."""
    lines = listing.read_text("utf-8", "replace").splitlines()
    if len(lines) != images:
        raise DataError(f"{listing} has {len(lines)} lines, but there are {images} images.")
    for number, line in enumerate(lines, 1):
        if line.strip() not in known:
            raise DataError(f"{listing}, line {number}: {line[:20]!r} is the number of no class of train.")
    return np.array([known[line.strip()] for line in lines], "int32")


def _numbers(meta: Path, year: int, names: Sequence[str]) -> dict[str, int]:
    """Return the numbers of classes in the order of their names, by those of the development kit, as text."""
    from scipy.io import loadmat

    try:
        synsets = loadmat(meta, squeeze_me=True)["synsets"]
        pairs = [(str(int(one[f"ILSVRC{year}_ID"])), str(one["WNID"])) for one in synsets]
    except Exception as error:  # its reader raises anything
        raise DataError(f"{meta} can't be read as that of ILSVRC-{year} ({type(error).__name__}).") from error
    ours = {name: number for number, name in enumerate(names)}
    return {number: ours[name] for number, name in pairs if name in ours}


def _kit_file(folder: Path, name: str, place: Path) -> Path:
    found = [path for kit in (folder, *sorted(folder.glob(KIT))) if (path := kit / name).is_file()]
    if not found:
        raise DataError(
            f"{place} has no folders of classes, and {name} is neither in {folder} nor in {KIT} there. "
            "Unpack the development kit into it."
        )
    return found[0]


def _folders(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}.")
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
