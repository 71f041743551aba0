"""The table "invariance" of LeCun (1998): test digits, shifted, rotated and scaled."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.look.images import look_at_images
from benchmarks.look.subject import Trained
from data_pipelines.images import all_transformed, linear_map, transformed
from results.metrics import VIEWS
from results.report.pictures import Band, draw_bands
from results.verdicts import Verdict

STUDIED = ("LeNet-5 [no distortions]", "2-layer NN 300 HU")  # rows of the table
DIGITS = tuple("0123456789")


def moved(x: np.ndarray, *, amount: float) -> np.ndarray:
    """Shift images by `amount` pixels, in turn up, down, left and right; the new border is paper."""
    directions = np.array([(-amount, 0), (amount, 0), (0, -amount), (0, amount)])
    return transformed(x, [linear_map()] * len(x), directions[np.arange(len(x)) % 4])


def turned(x: np.ndarray, *, amount: float) -> np.ndarray:
    """Rotate images by `amount` degrees, in turn to either side."""
    both = [linear_map(rotation=amount), linear_map(rotation=-amount)]
    return transformed(x, [both[i % 2] for i in range(len(x))], [(0, 0)] * len(x))


def resized(x: np.ndarray, *, amount: float) -> np.ndarray:
    """Scale images by `amount`."""
    return all_transformed(x, scale=amount)


def look(subject: Trained, verdicts: Sequence[Verdict], folder: Path, ending: str) -> list[Path]:
    """Draw the pictures of an image network and, for a studied row, the table "invariance" so far."""
    paths = look_at_images(subject, verdicts, folder, ending, layers=("C1", "C3"), names=DIGITS)
    panels = invariance(verdicts)
    if panels and subject.recipe.views:
        paths.append(folder / f"invariance.{ending}")
        draw_bands(panels, paths[-1], "test error (%)")
    return paths


def invariance(verdicts: Sequence[Verdict]) -> dict[str, dict[str, list[Band]]]:
    """Return the test error over each kind of change, by network; unchanged digits are a point of each curve."""
    panels: dict[str, dict[str, list[Band]]] = {}
    for verdict in verdicts:
        cell = verdict.cell
        if cell.row not in STUDIED or cell.column not in ("none", *VIEWS) or verdict.mean is None:
            continue
        low, high = verdict.interval or (verdict.mean, verdict.mean)
        changes = [VIEWS[cell.column]] if cell.column in VIEWS else UNCHANGED
        for kind, amount in changes:
            systems = panels.setdefault(AXES[kind], {})
            systems.setdefault(cell.row, []).append((amount, verdict.mean, low, high))
    return panels


AXES = {"shift": "shift (pixels)", "rotation": "rotation (degrees)", "scale": "scale"}
UNCHANGED = [("shift", 0.0), ("rotation", 0.0), ("scale", 1.0)]
CHANGES = {"shift": moved, "rotation": turned, "scale": resized}
VIEW_FUNCTIONS = {name: partial(CHANGES[kind], amount=amount) for name, (kind, amount) in VIEWS.items()}
