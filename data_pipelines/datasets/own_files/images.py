"""A folder of images of one's own as a data set, with a folder for each class."""

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from data_pipelines.cache import kept
from data_pipelines.dataset import DataError, DataFile, Dataset, Fold
from data_pipelines.datasets.own_files import splits
from data_pipelines.datasets.own_files.class_folders import labelled_files, write_class_folders
from data_pipelines.datasets.own_files.splits import Classes, DrawnSplit, PartFiles
from data_pipelines.download import file_hash
from data_pipelines.images import FORMATS

CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}
SHOWN = 5  # unreadable images that a message names

Mode = Literal["L", "RGB", "RGBA"]
Pixels = Literal["float32", "uint8"]


def image_folder(
    name: str,
    files: DataFile | PartFiles,
    *,
    classes: int | Sequence[str],
    size: tuple[int, int],
    mode: Mode = "RGB",
    pixels: Pixels = "float32",
    split: DrawnSplit | None = None,
    source: str = "",
) -> Dataset:
    """Return a data set of the images in FOLDER/<class>/: PNG, JPEG, GIF, BMP, PPM, TIFF or WebP.

    `classes` gives the number or the names of the folders; they are numbered from 0 in sorted order. Images, of
    8 bits a channel, are resized to `size`, (height, width), and converted to Pillow's `mode`. x is float32 in
    [0, 1], or uint8: (images, height, width, channels). Raises ValueError for an unknown mode or size, and unless
    there is one split.
    """
    if mode not in CHANNELS or len(size) != 2 or min(size) < 1:
        raise ValueError(
            f"{name} has mode {mode!r} and size {size}. Expected {', '.join(CHANNELS)}; (height, width)."
        )
    form: dict[str, Any] = {"size": tuple(size), "mode": mode}
    common: dict[str, Any] = {"classes": splits.sorted_names(classes), "split": split}
    return splits.own_dataset(
        name,
        files,
        split,
        classes=classes,
        load=partial(load_images, **common, **form, pixels=pixels),
        lookalike=partial(
            write_class_folders,
            names=splits.lookalike_names(files),
            write=partial(write_image, **form),
            **common,
        ),
        source=source,
    )


def load_images(
    paths: Sequence[Path],
    fold: int,
    seed: int,
    *,
    classes: Classes,
    split: DrawnSplit | None,
    size: tuple[int, int],
    mode: Mode,
    pixels: Pixels,
) -> Fold:
    """Return the fold of a folder, or of a folder for each part; images are decoded once, then kept.

    Raises DataError, with their names, for images that can't be decoded.
    """
    files, labels = zip(*(labelled_files(path) for path in paths), strict=True)
    found = splits.labelled(labels, classes, paths)
    x = []
    for path, images in zip(paths, files, strict=True):
        source = {"folder": file_hash(path), "size": size, "mode": mode}
        x.append(kept("images", source, partial(decoded, path, images, size, mode)))
    if pixels == "float32":
        x = [np.divide(images, np.float32(255), dtype="float32") for images in x]
    return splits.fold_of(found, x, splits.drawn_rows(found.y[0], split, fold, seed))


def decoded(folder: Path, files: Sequence[Path], size: tuple[int, int], mode: Mode) -> np.ndarray:
    """Return the images of a folder's files, uint8 (images, height, width, channels).

    Raises DataError, with their names, for images that can't be decoded.
    """
    images = np.zeros((len(files), *size, CHANNELS[mode]), "uint8")
    bad = []
    for image, path in zip(images, files, strict=True):
        try:
            image[:] = _decoded(path, size, mode).reshape(image.shape)
        except DataError as error:
            bad.append(f"{path.relative_to(folder)} {error}")
    if bad:
        named = "; ".join(bad[:SHOWN]) + ("; ..." if len(bad) > SHOWN else "")
        raise DataError(
            f"{len(bad)} of {len(files)} images in {folder} can't be used: {named}. "
            "Repair or remove them, then pin the folder again."
        )
    return images


def _decoded(path: Path, size: tuple[int, int], mode: Mode) -> np.ndarray:
    """Return an image upright, uint8 (height, width, ...). Raises DataError, with the reason alone."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as image:
            warnings.simplefilter("ignore")  # about tags, and sizes below Pillow's limit
            if image.mode[0] in "IF":
                raise DataError(f"has pixels of mode {image.mode}, not of 8 bits a channel")
            upright = ImageOps.exif_transpose(image).convert(mode)
            return np.asarray(upright.resize(size[::-1], Image.Resampling.BILINEAR))
    except DataError:
        raise
    except Exception as error:  # damaged files make decoders raise anything
        raise DataError(f"can't be decoded ({type(error).__name__})") from error


def write_image(folder: Path, index: int, number: int, *, size: tuple[int, int], mode: Mode) -> None:
    """Write a noisy image as PNG, with a bar whose row depends on the class."""
    from PIL import Image

    pixels = np.random.default_rng([index, number]).integers(0, 60, size, "uint8")
    pixels[5 * index % size[0]] = 255
    Image.fromarray(pixels).convert(mode).save(folder / f"{number:04d}.png")
