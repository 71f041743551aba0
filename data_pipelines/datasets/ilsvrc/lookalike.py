"""Small folders in the form of ILSVRC, and arrays in that of its networks' answers."""

from pathlib import Path

import numpy as np

from data_pipelines.datasets.ilsvrc.folders import LISTS

NAMES = tuple(f"n0{number}440764" for number in range(6))  # more than five, so that the five best can be wrong
TRAINING, WIDTH, HEIGHT = 4, 40, 30  # images of a class, pixels


def write_lookalike(folder: Path, *, year: int) -> list[Path]:
    """Write train/ with a folder for each class, val/ and test/ without, and the lists of a development kit."""
    from scipy.io import savemat

    place, rng = folder / f"ILSVRC{year}", np.random.default_rng(year)
    for label, name in enumerate(NAMES):
        for number in range(TRAINING):
            write_photograph(place / f"train/{name}/{name}_{number}.JPEG", label, rng)
    for part, title in LISTS.items():
        for label in range(len(NAMES)):
            write_photograph(place / part / f"ILSVRC{year}_{part}_{label + 1:08d}.JPEG", label, rng)
        numbers = [str(len(NAMES) - label) for label in range(len(NAMES))]
        (place / f"ILSVRC{year}_{title}_ground_truth.txt").write_text("\n".join(numbers) + "\n")
    rows = [(len(NAMES) - label, name) for label, name in enumerate(NAMES)]
    savemat(place / "meta.mat", {"synsets": np.array(rows, [(f"ILSVRC{year}_ID", "f8"), ("WNID", object)])})
    return [place]


def write_photograph(path: Path, label: int, rng: np.random.Generator) -> None:
    """Write a noisy JPEG with a bar whose row depends on the class; those of the last class are for printers."""
    from PIL import Image

    pixels = rng.integers(0, 60, (HEIGHT, WIDTH, 3)).astype("u1")
    pixels[4 * label : 4 * label + 3] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "CMYK" if label == len(NAMES) - 1 else "RGB"
    Image.fromarray(pixels).convert(mode).save(path, "JPEG")


def write_probabilities(folder: Path, *, year: int, networks: int) -> list[Path]:
    """Write a look-alike of the images and of what each network says about the test part."""
    places = [*write_lookalike(folder, year=year), folder / "networks"]
    for seed in range(networks):
        path = places[1] / f"{seed}/probabilities.npy"
        path.parent.mkdir(parents=True)
        drawn = np.random.default_rng(seed).dirichlet(np.ones(len(NAMES)), len(NAMES))
        np.save(path, drawn.astype("float32"))
    return places
