"""Images to arrays: grey levels, folders of images, and affine transformations, given or random.

Images are float32 (images, height, width, channels) with a background of 0.
"""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, LeftOut

UNREADABLE_SHARE = 0.001  # of a folder's images, at most
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")  # others may start programs, as PostScript does


def rescale(images: np.ndarray, maximum: float) -> np.ndarray:
    """Return float32 (images, height, width, 1) in [0, 1] from (images, height, width) in [0, maximum].

    Raises ValueError for values outside this range.
    """
    if images.min() < 0 or images.max() > maximum:
        raise ValueError(f"Pixels from {images.min()} to {images.max()}. Expected 0 to {maximum}.")
    return (images[..., None] / maximum).astype("float32")


def linear_map(
    *, rotation: float = 0.0, scale: float = 1.0, squeeze: float = 1.0, shear: float = 0.0
) -> np.ndarray:
    """Return the matrix (2, 2), rows then columns, that rotates, scales, squeezes and shears an image.

    `rotation` is counterclockwise, in degrees; a `squeeze` above 1 makes the image taller and as much narrower;
    `shear` slants it to the right, in columns per row.
    """
    angle = np.deg2rad(rotation)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1.0, 0.0], [-shear, 1.0]])
    return turn @ slant @ np.diag([scale * squeeze, scale / squeeze])


def transformed(images: np.ndarray, maps: Iterable[np.ndarray], shifts: Iterable[Sequence[float]]) -> np.ndarray:
    """Transform every image by its map about the centre, then by its shift (rows, columns), bilinearly."""
    from scipy import ndimage

    drawn = np.empty_like(images)
    centre = (np.array(images.shape[1:3]) - 1) / 2
    for image, matrix, shift, out in zip(images, maps, shifts, drawn, strict=True):
        inverse = np.linalg.inv(matrix)
        offset = centre - inverse @ (centre + shift)
        for channel in range(image.shape[2]):
            ndimage.affine_transform(image[..., channel], inverse, offset, output=out[..., channel], order=1)
    return drawn


def all_transformed(images: np.ndarray, *, shift: Sequence[float] = (0.0, 0.0), **settings: float) -> np.ndarray:
    """Transform every image by the same map and shift; `settings` are those of `linear_map`."""
    count = len(images)
    return transformed(images, [linear_map(**settings)] * count, [shift] * count)


def distorted(
    images: np.ndarray, rng: np.random.Generator, *, shift: float, scale: float, squeeze: float, shear: float
) -> np.ndarray:
    """Transform every image by its own random map and shift, each amount uniform within its limits."""
    amounts = rng.uniform(-1, 1, (len(images), 5)) * [shift, shift, scale, squeeze, shear]
    maps = [linear_map(scale=1 + s, squeeze=1 + q, shear=h) for _, _, s, q, h in amounts]
    return transformed(images, maps, amounts[:, :2])


def deskewed(images: np.ndarray, *, side: int) -> np.ndarray:
    """Shear every image, (images, height, width, 1), until the axis of its ink is vertical.

    The ink's centre of mass moves to the middle, of which a square of `side` pixels is returned. For both, a pixel
    of at least half the ink counts as 1 and the others as 0. Source: LeCun et al. (1998), section III.A.
    """
    rows, columns = np.mgrid[: images.shape[1], : images.shape[2]]
    ink = images[..., 0] >= 0.5
    ink = ink / np.maximum(ink.sum(axis=(1, 2)), 1)[:, None, None]
    row, column = ((ink * grid).sum(axis=(1, 2))[:, None, None] for grid in (rows, columns))
    spread = (ink * (rows - row) ** 2).sum(axis=(1, 2))
    slant = (ink * (rows - row) * (columns - column)).sum(axis=(1, 2)) / np.maximum(spread, 1e-9)
    middle = (np.array(images.shape[1:3]) - 1) / 2
    shifts = np.stack([middle[0] - row.ravel(), middle[1] - column.ravel()], axis=1)
    maps = [linear_map(shear=amount) for amount in slant]
    moved = [matrix @ shift for matrix, shift in zip(maps, shifts, strict=True)]
    top, left = (np.array(images.shape[1:3]) - side) // 2
    return transformed(images, maps, moved)[:, top : top + side, left : left + side]


def read_folder(folder: Path, classes: Sequence[str], side: int) -> tuple[np.ndarray, np.ndarray]:
    """Read <class>/<image> files: uint8 (images, side, side, 3) in the order of their names, and int32 labels.

    Skips images of another size and those that can't be decoded, with a warning that names them. Raises DataError
    for a class without images, and if more than a thousandth can't be used.
    """
    files = [(path, label) for label, name in enumerate(classes) for path in _of_class(folder / name)]
    images, labels, bad = [], [], []
    for path, label in files:
        try:
            images.append(_decoded(path, side))
            labels.append(label)
        except DataError as error:
            bad.append(f"{path.relative_to(folder)} {error}")
    if bad:
        named = ", ".join(bad[:5]) + (", ..." if len(bad) > 5 else "")
        text = f"{len(bad)} of {len(files)} images in {folder} can't be read: {named}"
        if len(bad) > UNREADABLE_SHARE * len(files):
            raise DataError(f"{text}. At most {UNREADABLE_SHARE:.1%} may be unreadable.")
        warnings.warn(f"{text}; skipped.", LeftOut, stacklevel=2)
    return np.stack(images), np.array(labels, "int32")


def _of_class(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("[!.]*") if path.is_file()) if folder.is_dir() else []
    if not found:
        raise DataError(f"The class folder {folder} has no images.")
    return found


def _decoded(path: Path, side: int) -> np.ndarray:
    """Return uint8 (side, side, 3). Raises DataError, with the reason alone, for an image that can't be used."""
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as image:
            warnings.simplefilter("ignore")  # about huge images, which are not decoded
            if image.size != (side, side):
                width, height = image.size
                raise DataError(f"has {width}x{height} pixels, not {side}x{side}")
            return np.asarray(image.convert("RGB"))
    except DataError:
        raise
    except Exception as error:  # damaged files make decoders raise anything
        raise DataError(f"can't be decoded ({type(error).__name__})") from error
