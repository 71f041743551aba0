"""Image files as a lazy array: decoded on all cores where they are read, ahead of training where that can be.

Source: Krizhevsky, Sutskever & Hinton (2012), sections 2 and 4.1. The shorter side is rescaled, and the square in
the middle cut out. Pixels are kept nowhere: 1.3 million squares of 256 would take 250 GB, whose seal alone takes
minutes to check, and a core decodes some 400 a second.
"""

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_pipelines.cache import digest, kept_blocks
from data_pipelines.dataset import DataError
from data_pipelines.images import FORMATS, UNREADABLE_SHARE

AHEAD = 1024  # images that are decoded before they are asked for
SHOWN = 5  # unusable images that a message names
DEEP = re.compile(r";16[BLN]")  # in Pillow's names of how pixels are stored; BGR;16 has 16 bits in all


class Survey(NamedTuple):
    """What is known of images after each was decoded once."""

    usable: np.ndarray  # bool (images,)
    mean: np.ndarray  # float32 (side, side, 3)
    colours: np.ndarray  # float32 (3, 3), as from `principal_colours`


class Photographs:
    """Image files, (images, side, side, 3) once decoded; indexing chooses files and decodes nothing.

    `mean` and `colours` are those of the training part, as in `Survey`.
    """

    def __init__(self, files: np.ndarray, side: int, mean: np.ndarray, colours: np.ndarray) -> None:
        self.files, self.side, self.mean, self.colours = files, side, mean, colours

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of all pixels."""
        return (len(self.files), self.side, self.side, 3)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, rows: np.ndarray | slice) -> "Photographs":
        return Photographs(self.files[rows], self.side, self.mean, self.colours)

    def pixels(self) -> np.ndarray:
        """Return the decoded images, uint8 (images, side, side, 3). Raises DataError for a bad one."""
        return np.stack(list(_reading().images(self.files, self.side)))

    def expect(self, rows: np.ndarray) -> None:
        """Begin to decode these images in the background, in this order, a few ahead of `pixels`."""
        _reading().expect(self.files[rows], self.side)


class _Reading:
    """Threads that decode images; Pillow lets others run while it does."""

    def __init__(self, threads: int) -> None:
        self.pool = ThreadPoolExecutor(threads)
        self.coming: Iterator[tuple[str, int]] = iter(())
        self.begun: deque[tuple[tuple[str, int], Future]] = deque()

    def expect(self, files: Iterable[str], side: int) -> None:
        """Forget what was expected, and begin with other files."""
        for _, future in self.begun:
            future.cancel()
        self.begun.clear()
        self.coming = ((file, side) for file in files)
        self._begin(AHEAD)

    def images(self, files: Iterable[str], side: int) -> Iterator[np.ndarray]:
        """Yield the images in order, those that were expected without decoding them again."""
        futures = [self._expected((file, side)) or self.pool.submit(decoded, file, side) for file in files]
        for future in futures:
            yield future.result()

    def _expected(self, wanted: tuple[str, int]) -> Future | None:
        """Return the next image if it is the wanted one, and begin another."""
        if not self.begun or self.begun[0][0] != wanted:
            return None
        _, future = self.begun.popleft()
        self._begin(1)
        return future

    def _begin(self, count: int) -> None:
        for _, one in zip(range(count), self.coming, strict=False):
            self.begun.append((one, self.pool.submit(decoded, *one)))


@cache
def _reading() -> _Reading:
    from joblib import cpu_count

    return _Reading(cpu_count())


def decoded(file: str, side: int) -> np.ndarray:
    """Return the middle square of an image whose shorter side is rescaled: uint8 (side, side, 3).

    Grey images and those of printers' colours (CMYK) become red, green and blue. Raises DataError for an image
    that can't be decoded, has more than 8 bits a channel, several frames, or a side of one pixel.
    """
    from PIL import Image

    try:
        with Image.open(file, formats=FORMATS) as image:
            _check(image)
            short = min(image.size)
            left, top = ((length - short) / 2 for length in image.size)
            box = (left, top, left + short, top + short)
            colours = image if image.mode == "RGB" else image.convert("RGB")  # which copies what is right
            return np.asarray(colours.resize((side, side), Image.Resampling.BILINEAR, box))
    except DataError as error:
        raise DataError(f"{file} {error}") from error
    except Exception as error:  # damaged files make decoders raise anything
        raise DataError(f"{file} can't be decoded ({type(error).__name__})") from error


def _check(image) -> None:
    """Raise DataError, with the reason alone, for an image that is not one frame of 8 bits a channel."""
    if image.mode[0] in "IF":
        raise DataError(f"has pixels of mode {image.mode}, not of 8 bits a channel")
    if _is_deep(image):
        raise DataError(f"has more than 8 bits a channel ({image.format})")
    if (frames := getattr(image, "n_frames", 1)) > 1:
        raise DataError(f"has {frames} frames, not one")
    if min(image.size) < 2:
        raise DataError(f"has {image.size[0]}x{image.size[1]} pixels. Expected sides of two or more")


def _is_deep(image) -> bool:
    """Return whether a file has more than 8 bits a channel, which Pillow cuts off where there are several."""
    return any(
        DEEP.search(str(stored)) or (codec.startswith("ppm") and isinstance(stored, tuple) and stored[-1] > 255)
        for codec, *_, stored in image.tile
    )


def surveyed(files: np.ndarray, side: int, *, share: float = UNREADABLE_SHARE) -> Survey:
    """Decode every image once; the result is kept as long as names, sizes and times of the files are the same.

    Raises DataError, with their names, if more than a `share` of the images can't be used.
    """
    stats = map(os.stat, files)
    state = np.array([(stat.st_size, stat.st_mtime_ns) for stat in stats])
    source = {"files": digest(ascii("\n".join(files)), state), "side": side, "share": share}
    found = kept_blocks("photographs", source, Survey._fields, lambda: [_survey(files, side, share)._asdict()])
    return Survey(found["usable"] > 0, np.array(found["mean"]), np.array(found["colours"]))


def _survey(files: np.ndarray, side: int, share: float) -> Survey:
    usable = np.ones(len(files), bool)
    bad: list[str] = []
    total, products = np.zeros((side, side, 3)), np.zeros((4, 4))
    for row, (image, product, reason) in enumerate(_in_turn(files, side)):
        if reason:
            usable[row] = False
            bad.append(reason)
        else:
            total += image
            products += product
    if len(bad) > share * len(files):
        named = "; ".join(bad[:SHOWN]) + ("; ..." if len(bad) > SHOWN else "")
        allowed = f"At most {share:.1%} may be unusable" if share else "Repair them"
        raise DataError(f"{len(bad)} of {len(files)} images can't be used: {named}. {allowed}.")
    return Survey(usable, (total / max(1, usable.sum())).astype("float32"), principal_colours(products))


def _in_turn(files: np.ndarray, side: int) -> Iterator[tuple[np.ndarray, np.ndarray, str]]:
    """Yield each image with its sums of products, or the reason why there is none; a few are decoded ahead."""
    pool = _reading().pool
    begun: deque[Future] = deque()
    for file in files:
        begun.append(pool.submit(_with_products, file, side))
        if len(begun) == AHEAD:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


def _with_products(file: str, side: int) -> tuple[np.ndarray, np.ndarray, str]:
    try:
        image = decoded(file, side)
    except DataError as error:
        return np.zeros(0), np.zeros(0), str(error)
    pixels = np.concatenate([image.reshape(-1, 3), np.ones((side * side, 1))], axis=1)
    return image, pixels.T @ pixels, ""


def principal_colours(products: np.ndarray) -> np.ndarray:
    """Return the principal components of pixels, float32 (3, 3), one a row, as long as their standard deviation.

    `products` is the sum of products of (red, green, blue, 1) over all pixels, (4, 4).
    """
    mean = products[3, :3] / products[3, 3]
    values, vectors = np.linalg.eigh(products[:3, :3] / products[3, 3] - np.outer(mean, mean))
    return (vectors * np.sqrt(np.maximum(values, 0))).T.astype("float32")


def images_in(folder: Path) -> list[str]:
    """Return the paths of the files in a folder, sorted, without hidden ones and without folders."""
    with os.scandir(folder) as entries:
        return sorted(entry.path for entry in entries if entry.is_file() and not entry.name.startswith("."))
