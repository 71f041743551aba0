"""Pictures of what a network learned, as PNG or SVG by the file's name; the only door to matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

INK = "#3b82c4"
COLOURS = (INK, "#d9822b", "#3f9c6a", "#a05195")


def grid(images: Sequence[np.ndarray], titles: Sequence[str], path: Path, *, columns: int = 8) -> None:
    """Draw images side by side, each stretched from its least to its largest value; titles may be missing.

    An image is (height, width), or (height, width, 3) for colours.
    """
    rows = -(-len(images) // columns)
    figure, axes = _figure(rows, columns, (1.1 * columns, (1.35 if titles else 1.15) * rows))
    for number, axis in enumerate(axes.flat):
        axis.axis("off")
        if number < len(images):
            axis.imshow(_stretched(images[number]), cmap="gray", interpolation="nearest")
            if titles:
                axis.set_title(titles[number], fontsize=8, pad=2)
    _save(figure, path)


def confusion(counts: np.ndarray, names: Sequence[str], path: Path) -> None:
    """Draw counts (classes, classes), the right class down and the answer across; mistakes are shaded."""
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    figure, axes = _figure(1, 1, (0.55 * len(names) + 1.2, 0.55 * len(names) + 1.2))
    axis = axes[0, 0]
    axis.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(1, mistakes.max()))
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
            colour = "w" if mistakes[row, column] > 0.6 * mistakes.max() else "k"
            axis.text(column, row, counts[row, column], ha="center", va="center", fontsize=8, color=colour)
    axis.set_xticks(range(len(names)), names, rotation=90 if max(map(len, names)) > 2 else 0)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("answered")
    axis.set_ylabel("right")
    _save(figure, path)


Band = tuple[float, float, float, float]  # x, mean, low, high


def bands(panels: Mapping[str, Mapping[str, Sequence[Band]]], path: Path, y: str) -> None:
    """Draw a panel per quantity with a line per system with its band."""
    figure, axes = _figure(1, len(panels), (3.4 * len(panels), 3.2))
    for axis, (quantity, systems) in zip(axes[0], panels.items(), strict=True):
        for colour, (system, points) in zip(COLOURS, systems.items(), strict=False):
            places, means, lows, highs = zip(*sorted(points), strict=True)
            axis.plot(places, means, marker="o", markersize=3, color=colour, label=system)
            axis.fill_between(places, lows, highs, color=colour, alpha=0.25, linewidth=0)
        axis.set_xlabel(quantity)
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel(y)
    axes[0, -1].legend(frameon=False, fontsize=8)
    _save(figure, path)


def _figure(rows: int, columns: int, inches: tuple[float, float]) -> tuple[Any, np.ndarray]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def _stretched(image: np.ndarray) -> np.ndarray:
    low, high = image.min(), image.max()
    return (image - low) / (high - low) if high > low else np.zeros_like(image, dtype=float)


def _save(figure: Any, path: Path) -> None:
    import matplotlib

    path.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context({"svg.hashsalt": "retable"}):  # equal pictures get equal names inside
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
