"""Pictures of what a network learned, as PNG or SVG by the suffix; only this file imports matplotlib."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from results.atomic import atomic_path

INK = "#3b82c4"
DATES = {".svg": "Date", ".pdf": "CreationDate"}  # left out: equal pictures have equal bytes
LEGEND_WIDTH = 100  # characters
COLOURS = (INK, "#d9822b", "#3f9c6a", "#a05195")


def draw_images(images: Sequence[np.ndarray], titles: Sequence[str], path: Path, *, columns: int = 8) -> None:
    """Draw images in a grid, each scaled from its minimum to its maximum; `titles` may be empty.

    An image is (height, width), or (height, width, 3) in colour.
    """
    rows = -(-len(images) // columns)
    figure, axes = _figure(rows, columns, (1.1 * columns, (1.35 if titles else 1.15) * rows))
    for number, axis in enumerate(axes.flat):
        axis.axis("off")
        if number < len(images):
            axis.imshow(_scaled(images[number]), cmap="gray", interpolation="nearest")
            if titles:
                axis.set_title(titles[number], fontsize=8, pad=2)
    _save(figure, path)


def draw_confusion(counts: np.ndarray, names: Sequence[str], path: Path) -> None:
    """Draw a confusion matrix, (true classes, predicted classes), with the errors shaded."""
    errors = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    figure, axes = _figure(1, 1, (0.55 * len(names) + 1.2, 0.55 * len(names) + 1.2))
    axis = axes[0, 0]
    axis.imshow(errors, cmap="Oranges", vmin=0, vmax=max(1, errors.max()))
    for row, column in np.ndindex(counts.shape):
        if counts[row, column]:
            colour = "w" if errors[row, column] > 0.6 * errors.max() else "k"
            axis.text(column, row, counts[row, column], ha="center", va="center", fontsize=8, color=colour)
    axis.set_xticks(range(len(names)), names, rotation=90 if max(map(len, names)) > 2 else 0)
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("predicted class")
    axis.set_ylabel("true class")
    _save(figure, path)


Band = tuple[float, float, float, float]  # x, mean, low, high


def draw_bands(panels: Mapping[str, Mapping[str, Sequence[Band]]], path: Path, y: str) -> None:
    """Draw one panel per quantity, with a line and its band for each system."""
    figure, axes = _figure(1, len(panels), (3.4 * len(panels), 3.2))
    for axis, (quantity, systems) in zip(axes[0], panels.items(), strict=True):
        for colour, (system, points) in zip(COLOURS, systems.items(), strict=False):
            x, means, lows, highs = zip(*sorted(points), strict=True)
            axis.plot(x, means, marker="o", markersize=3, color=colour, label=system)
            axis.fill_between(x, lows, highs, color=colour, alpha=0.25, linewidth=0)
        axis.set_xlabel(quantity)
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel(y)
    axes[0, -1].legend(frameon=False, fontsize=8)
    _save(figure, path)


class IntervalRow(NamedTuple):
    """A group: its values, their mean, and the interval of the mean where there is one."""

    name: str
    values: Sequence[float]
    mean: float
    interval: tuple[float, float] | None


def draw_intervals(rows: Sequence[IntervalRow], path: Path, *, x: str, title: str, legend: str) -> None:
    """Draw a line for each group, the first at the top: values as points, the mean, its interval as a bar."""
    lines = [line for part in legend.splitlines() for line in wrap(part, LEGEND_WIDTH)]
    figure, axes = _figure(1, 1, (6.4, 1.1 + 0.34 * len(rows) + 0.16 * len(lines)))
    axis = axes[0, 0]
    for place, row in enumerate(rows):
        below = place + 0.2 + 0.1 * (np.arange(len(row.values)) % 2)  # equal values beside each other
        axis.scatter(row.values, below, s=14, color=INK, alpha=0.5, linewidth=0)
        if row.interval:
            axis.plot(row.interval, (place, place), color=INK, linewidth=3, alpha=0.6, solid_capstyle="butt")
        axis.plot(row.mean, place, marker="D", color=INK, markersize=5)
    axis.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=9)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="x", alpha=0.25)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(x, fontsize=9)
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8)
    axis.set_title(title, fontsize=10, loc="left")
    _save(figure, path)


class AttentionPanel(NamedTuple):
    """The feature frames of an utterance, (frames, features), and its attention weights, (windows,)."""

    title: str
    frames: np.ndarray
    weights: np.ndarray


def draw_attention(
    panels: Sequence[AttentionPanel], path: Path, *, seconds: float, span: float, columns: int = 2
) -> None:
    """Draw utterances with their attention weights below; a frame lasts `seconds`, a window `span` seconds."""
    rows = -(-len(panels) // columns)
    figure, axes = _figure(2 * rows, columns, (4.2 * columns, 2.6 * rows), heights=(3, 1) * rows)
    for axis in axes.flat:
        axis.axis("off")
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        above, below = axes[2 * row, column], axes[2 * row + 1, column]
        length = len(panel.frames) * seconds
        _draw_spectrogram(panel.frames, above, length)
        above.set_title(panel.title, fontsize=9, pad=3)
        above.set_xticks([])
        starts = np.arange(len(panel.weights)) * span
        below.axis("on")
        below.bar(starts, panel.weights, width=span, align="edge", color=INK, edgecolor="w", linewidth=0.5)
        below.set(xlim=(0, length), ylim=(0, 1), xlabel="seconds", ylabel="weight")
        below.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def draw_features(frames: np.ndarray, names: Sequence[str], title: str, path: Path, *, seconds: float) -> None:
    """Draw the feature frames of one sound, each feature scaled from its minimum to its maximum."""
    figure, axes = _figure(1, 1, (6.4, 2.8))
    low, high = frames.min(axis=0), frames.max(axis=0)
    scaled = (frames - low) / np.where(high > low, high - low, 1)
    _draw_spectrogram(scaled, axes[0, 0], len(frames) * seconds)
    axes[0, 0].set(title=title, xlabel="seconds", ylabel="")
    axes[0, 0].set_yticks(np.arange(len(names)) + 0.5, names, fontsize=min(8, 160 / len(names)))
    _save(figure, path)


def _draw_spectrogram(frames: np.ndarray, axis: Any, length: float) -> None:
    """Draw feature frames, (frames, features), over `length` seconds, the first feature at the bottom."""
    axis.axis("on")
    axis.imshow(
        frames.T,
        origin="lower",
        aspect="auto",
        cmap="magma",
        extent=(0, length, 0, frames.shape[1]),
        interpolation="nearest",
    )
    axis.set_ylabel("feature", fontsize=8)


def _figure(
    rows: int, columns: int, inches: tuple[float, float], heights: Sequence[float] | None = None
) -> tuple[Any, np.ndarray]:
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams["text.parse_math"] = False  # a dollar sign in a name means itself
    figure = Figure(figsize=inches, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, height_ratios=heights)


def _scaled(image: np.ndarray) -> np.ndarray:
    low, high = image.min(), image.max()
    return (image - low) / (high - low) if high > low else np.zeros_like(image, dtype=float)


def _save(figure: Any, path: Path) -> None:
    import matplotlib

    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {DATES[path.suffix]: None} if path.suffix in DATES else None
    equal_ids = matplotlib.rc_context({"svg.hashsalt": "retable"})
    with warnings.catch_warnings(), equal_ids, atomic_path(path) as temporary:
        warnings.filterwarnings("ignore", "Glyph .* missing")  # of another alphabet: it is drawn as a box
        figure.savefig(temporary, dpi=150, metadata=metadata)
