"""Keras' own loader of image folders; imported with this module, before a benchmark's time starts."""

from pathlib import Path

import keras


def read(folder: Path, *, side: int, batch: int) -> None:
    """Decode all images of a folder with a folder for each class, in batches, by TensorFlow."""
    found = keras.utils.image_dataset_from_directory(
        folder, batch_size=batch, image_size=(side, side), crop_to_aspect_ratio=True, seed=0
    )
    for _ in found:
        pass
