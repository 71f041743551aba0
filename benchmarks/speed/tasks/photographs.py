"""Photographs of the size of ImageNet's: a pass over a folder of JPEG files, to squares of 256 pixels.

The rival is `keras.utils.image_dataset_from_directory` with `crop_to_aspect_ratio`, on TensorFlow. It too rescales
bilinearly, but without regard to the pixels between, which is less work. The images are generated: smooth, with
noise, 500x375.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed.processes import Amount, Case, WholeTask
from data_pipelines.photographs import Photographs

IMAGES, CLASSES, SIDE, BATCH = 3000, 10, 256, 128


def cases(folder: Path, *, images: int = IMAGES) -> list[Case]:
    """Generate JPEG files, about 100 kB each."""
    import keras

    loader = keras.utils.image_dataset_from_directory  # so that its import takes no time of the process
    generate(folder, images)
    amount = Amount(images, "images")
    return [
        Case("retable, decoded ahead", partial(read, folder, ahead=True), amount),
        Case("retable", partial(read, folder, ahead=False), amount),
        Case("keras.utils.image_dataset_from_directory", partial(read_by_keras, loader, folder), amount),
    ]


def generate(folder: Path, images: int) -> None:
    """Write images into a folder for each class."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(images):
        place = folder / f"class{number % CLASSES}"
        place.mkdir(exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), "uint8"))
        smooth = coarse.resize((500, 375), Image.Resampling.BICUBIC)
        noisy = np.clip(np.asarray(smooth) + rng.normal(0, 8, (375, 500, 1)), 0, 255)
        Image.fromarray(noisy.astype("uint8")).save(place / f"{number}.JPEG", quality=90)


def read(folder: Path, *, ahead: bool) -> None:
    """Decode all images in batches, as training does."""
    files = np.array(sorted(map(str, folder.glob("class*/*"))), object)
    x = Photographs(files, SIDE, np.zeros(0), np.zeros(0))
    rows = np.random.default_rng(0).permutation(len(x))
    if ahead:
        x.expect(rows)
    for start in range(0, len(x), BATCH):
        x[rows[start : start + BATCH]].pixels()


def read_by_keras(loader: Callable, folder: Path) -> None:
    """Decode all images in batches by TensorFlow."""
    for _ in loader(folder, batch_size=BATCH, image_size=(SIDE, SIDE), crop_to_aspect_ratio=True, seed=0):
        pass


TASK = WholeTask(what=f"{IMAGES:,} JPEG files of 500x375 pixels, decoded to squares of {SIDE}", cases=cases)
