"""Pictures of a trained image network: filters, maps, confusion matrix, worst mistakes."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.look.subject import Trained
from results.report import pictures
from results.verdicts import Verdict

EXAMPLES, WORST = 4, 40  # images whose maps are shown; mistakes


def look_at_images(
    subject: Trained,
    verdicts: Sequence[Verdict],
    folder: Path,
    ending: str,
    *,
    layers: Sequence[str],
    names: Sequence[str],
) -> list[Path]:
    """Draw the first layer's filters, the responses of `layers` to some test images, and the wrong answers.

    Layers that the network lacks are skipped, and so are mistakes where there are none.
    """
    scores, right = subject.predict(subject.fold.test.x), subject.fold.test.y
    present = [name for name in layers if name in subject.layers()]
    drawings: dict[str, Callable[[Path], None]] = {}
    if present:
        drawings["filters"] = partial(pictures.draw_images, filters(subject.model, present[0]), ())
    answers = confusion(right, scores.argmax(axis=1), len(names))
    drawings["confusion"] = partial(pictures.draw_confusion, answers, names)
    images, titles = worst(subject.images, right, scores, names)
    if images:
        drawings["errors"] = partial(pictures.draw_images, images, titles, columns=10)
    for layer in present:
        shown = responses(subject, layer)
        drawings[f"maps-{layer}"] = partial(pictures.draw_images, shown, (), columns=len(shown) // EXAMPLES)
    paths = {folder / f"{name}.{ending}": draw for name, draw in drawings.items()}
    for path, draw in paths.items():
        draw(path)
    return list(paths)


def filters(model: Any, layer: str) -> list[np.ndarray]:
    """Return the filters of a layer that reads the image, (size, size) each, or (size, size, 3) for colours."""
    kernel = np.asarray(model.get_layer(layer).kernel)
    if kernel.ndim == 2:  # a convolution by a table, which has a row a filter
        side = round(kernel.shape[1] ** 0.5)
        return list(kernel.reshape(-1, side, side))
    return list(np.squeeze(np.moveaxis(kernel, -1, 0)))


def confusion(right: np.ndarray, answers: np.ndarray, classes: int) -> np.ndarray:
    """Count answers (across) by the right class (down): int (classes, classes)."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (right, answers), 1)
    return counts


def worst(
    images: np.ndarray, right: np.ndarray, scores: np.ndarray, names: Sequence[str]
) -> tuple[list[np.ndarray], list[str]]:
    """Return the images whose answer beats the right class by most, and titles "right > answered"."""
    gaps = scores.max(axis=1) - scores[np.arange(len(right)), right]
    wrong = [number for number in np.argsort(-gaps, kind="stable")[:WORST] if gaps[number] > 0]
    titles = [f"{names[right[number]]} > {names[scores[number].argmax()]}" for number in wrong]
    return [_picture(images[number]) for number in wrong], titles


def responses(subject: Trained, layer: str) -> list[np.ndarray]:
    """Return a test image of each of some classes, each followed by the layer's maps of it before squashing."""
    right = subject.fold.test.y
    chosen = [int(np.flatnonzero(right == label)[0]) for label in range(EXAMPLES)]
    outputs = subject.outputs(layer, subject.fold.test.x[chosen])
    rows = zip(subject.images[chosen], outputs, strict=True)
    return [picture for image, output in rows for picture in (_picture(image), *np.moveaxis(output, -1, 0))]


def _picture(image: np.ndarray) -> np.ndarray:
    return image[..., 0] if image.shape[-1] == 1 else image
