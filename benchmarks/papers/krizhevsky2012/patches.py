"""Patches of photographs: random ones to train on, ten of each to predict from, and decoding ahead of both."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from benchmarks.recipe import any_order
from data_pipelines.photographs import Photographs

AT_A_TIME = 32  # images that are predicted, ten patches each


def random_patches(x: Photographs, rng: np.random.Generator, *, side: int, colour: float) -> np.ndarray:
    """Return a random patch of every image, mirrored half of the time, float32 (images, side, side, 3).

    The mean image is subtracted. Each principal colour is added, times a factor from N(0, colour).
    """
    starts = rng.integers(0, x.side - side, (len(x), 2))  # 32 places a side of 256, as the paper counts them
    steps = rng.choice((1, -1), len(x))
    shifts = rng.normal(0, colour, (len(x), 3)) @ x.colours
    patches = np.empty((len(x), side, side, 3), "float32")
    for image, (row, column), step, shift, out in zip(x.pixels(), starts, steps, shifts, patches, strict=True):
        window = slice(row, row + side), slice(column, column + side)
        np.subtract(image[window][:, ::step], x.mean[window][:, ::step], out=out)
        out += shift.astype("float32")
    return patches


def over_ten_patches(model: Any, x: Photographs, *, side: int) -> np.ndarray:
    """Return the mean class probabilities over ten patches of every image, (images, classes).

    They are the four corners and the middle, and their mirror images.
    """
    x.expect(np.arange(len(x)))
    parts = (x[start : start + AT_A_TIME] for start in range(0, len(x), AT_A_TIME))
    return np.concatenate([_mean_probabilities(model, part, side) for part in parts])


def _mean_probabilities(model: Any, x: Photographs, side: int) -> np.ndarray:
    from scipy.special import softmax

    patches = ten_patches(x.pixels() - x.mean, side)
    logits = model.predict_on_batch(patches.reshape(-1, side, side, 3))
    return softmax(logits, axis=1).reshape(10, len(x), -1).mean(axis=0)


def ten_patches(images: np.ndarray, side: int) -> np.ndarray:
    """Return corners and middle of images, then their mirror images: (10, images, side, side, channels)."""
    last = images.shape[1] - side
    places = [(0, 0), (0, last), (last, 0), (last, last), (last // 2, last // 2)]
    five = [images[:, row : row + side, column : column + side] for row, column in places]
    return np.stack([*five, *(patch[:, :, ::-1] for patch in five)])


def decoding_ahead(model: Any) -> Callable[[Any, np.random.Generator, int], None]:
    """Return what is done before each epoch: begin to decode, in the order that `any_order` is about to draw.

    Another order would only take longer.
    """

    def begin(x: Any, rng: np.random.Generator, epoch: int) -> None:
        if isinstance(x, Photographs):
            x.expect(any_order(np.arange(len(x)), 0, deepcopy(rng)))

    return begin
