"""ImageNet's challenges ILSVRC-2010 and ILSVRC-2012: a folder for each class, and lists of true classes.

Source: Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", IJCV 115 (2015); the development
kits of both years. The test classes of 2012 were never given out, so its test part here is the validation part, as
in most papers. Every 128th image of a class, in the order of names, is held out of training as validation part.
"""

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, FolderOnRequest, LeftOut, Split
from data_pipelines.datasets.ilsvrc.folders import Listed, class_names, held_out_part, in_class_folders
from data_pipelines.datasets.ilsvrc.lookalike import write_lookalike, write_probabilities
from data_pipelines.images import UNREADABLE_SHARE
from data_pipelines.photographs import Photographs, surveyed

CLASSES, SIDE, NETWORKS = 1000, 256, 5
TERMS = "registration; non-commercial research and education; not to be passed on"


def load_ilsvrc(paths: Sequence[Path], fold: int, seed: int, *, year: int, side: int, held_out: int) -> Fold:
    """Return photographs, (images, side, side, 3) once decoded, and their classes in the order of their names.

    With `held_out`, every so many-th training image of a class is the validation part, and the folder val/ the
    test part; without, they are val/ and test/. Every image is decoded once before the first run, and up to a
    thousandth of the training images is left out where they can't be used, with a warning. Raises DataError for
    more, for any other image that can't be used, and for folders and lists that don't fit.
    """
    train, *others = listed(paths[0], year, held_out)
    survey = surveyed(train.files, side, share=UNREADABLE_SHARE)
    if len(bad := train.files[~survey.usable]):
        text = f"{len(bad)} of {len(train.files)} training images can't be used, such as {bad[0]}; left out."
        warnings.warn(text, LeftOut, stacklevel=2)
    for other in others:
        surveyed(other.files, side, share=0.0)
    parts = [train.at(survey.usable), *others]
    x = [Photographs(one.files, side, survey.mean, survey.colours) for one in parts]
    train_part, valid, test = (Split(images, one.classes) for images, one in zip(x, parts, strict=True))
    return Fold(train_part, valid, test)


def listed(folder: Path, year: int, held_out: int) -> list[Listed]:
    """Return the image files of training, validation and test part, as `load_ilsvrc` describes them."""
    names = class_names(folder)
    train = in_class_folders(folder / "train", names)
    valid = held_out_part(folder, "val", year, names)
    if not held_out:
        return [train, valid, held_out_part(folder, "test", year, names)]
    places = np.concatenate([np.arange(count) for count in np.bincount(train.classes)])
    is_held_out = places % held_out == 0
    return [train.at(~is_held_out), train.at(is_held_out), valid]


def load_probabilities(paths: Sequence[Path], fold: int, seed: int, *, year: int, held_out: int) -> Fold:
    """Return what each of some networks says about the test part: a list of float arrays (images, classes).

    There is no training part. Raises DataError for a file without an array of probabilities, for an array of
    another shape, and for two equal ones.
    """
    test = listed(paths[0], year, held_out)[-1]
    files = sorted(paths[1].glob("*/probabilities.npy"))
    shape = len(test.files), len(class_names(paths[0]))
    arrays = [probabilities_in(file, shape) for file in files]
    for number, array in enumerate(arrays):
        if any(np.array_equal(array, other) for other in arrays[:number]):
            raise DataError(
                f"{files[number]} holds the same numbers as another. Expected networks of other seeds."
            )
    return Fold(Split([], np.zeros(0, "int32")), None, Split(arrays, test.classes))


def probabilities_in(file: Path, shape: tuple[int, int]) -> np.ndarray:
    """Return class probabilities, float (images, classes), on disk. Raises DataError for anything else."""
    try:
        array = np.load(file, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise DataError(f"{file} can't be read as an array. Write it again.") from error
    if array.shape != shape:
        raise DataError(f"{file} has an array of {array.shape}. Expected {shape}, images and classes.")
    if array.dtype.kind != "f" or not np.allclose(array.sum(axis=1), 1, atol=1e-3):
        raise DataError(f"{file} has rows whose sum is not 1. Expected class probabilities. Write it again.")
    return array


def _folder(year: int, variable: str) -> FolderOnRequest:
    return FolderOnRequest(
        f"ILSVRC{year}",
        variable=variable,
        address=f"https://image-net.org/challenges/LSVRC/{year}/",
        holds="train/n*",
        files=CLASSES,
        terms=TERMS,
    )


def _ilsvrc(year: int, folder: FolderOnRequest, *, held_out: int, examples: int | tuple[int, ...]) -> Dataset:
    return Dataset(
        name=f"ILSVRC-{year}",
        source=f"the development kit of ILSVRC-{year}",
        classes=CLASSES,
        examples=examples,
        left_out=UNREADABLE_SHARE,
        files=(folder,),
        load=partial(load_ilsvrc, year=year, side=SIDE, held_out=held_out),
        lookalike=partial(write_lookalike, year=year),
        on_request=f"ImageNet is available on request: {folder.address}; then set {folder.variable}",
    )


FOLDER_2010 = _folder(2010, "RETABLE_IMAGENET_2010")
FOLDER_2012 = _folder(2012, "RETABLE_IMAGENET")
ILSVRC_2010 = _ilsvrc(2010, FOLDER_2010, held_out=0, examples=(1261406, 50000, 150000))
ILSVRC_2012 = _ilsvrc(2012, FOLDER_2012, held_out=128, examples=1281167 + 50000)
PROBABILITIES = FolderOnRequest(
    "krizhevsky2012",
    variable="RETABLE_ALEXNETS",
    address="`retable look krizhevsky2012 --seed N` writes it, for N from 0 to 4",
    holds="*/probabilities.npy",
    files=NETWORKS,
)
AVERAGED = Dataset(
    name="ILSVRC-2012, five networks",
    source="what five runs of ours say about the validation images",
    classes=CLASSES,
    examples=50000,
    files=(FOLDER_2012, PROBABILITIES),
    load=partial(load_probabilities, year=2012, held_out=128),
    lookalike=partial(write_probabilities, year=2012, networks=NETWORKS),
    on_request=(
        f"it averages five runs of one network: set {FOLDER_2012.variable} and {PROBABILITIES.variable}, the "
        "folder that `retable look krizhevsky2012 --seed N` writes, for N from 0 to 4"
    ),
)
