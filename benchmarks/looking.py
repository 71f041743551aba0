"""What a trained network learned, as pictures: of images here, of what else a paper is about in its own file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import weights
from benchmarks.recipe import Recipe
from benchmarks.training import Job, load_fold, predict, prepare, train
from data_pipelines.dataset import Fold
from results import pictures
from results.records import EpochEnd, RunRecord
from results.verdicts import Verdict

EXAMPLES, WORST = 4, 40  # images whose maps are shown; mistakes


class Trained(NamedTuple):
    """A trained model with its recipe and its fold, prepared."""

    recipe: Recipe
    model: Any
    fold: Fold


class Look(NamedTuple):
    """Which row a paper is looked at by unless told otherwise, and how: `show` returns the files it wrote.

    `show` takes the trained model, the verdicts on the paper's cells, a folder and the files' ending.
    """

    table: str
    row: str
    column: str
    show: Callable[[Trained, Sequence[Verdict], Path, str], list[Path]]


def trained(recipe: Recipe, job: Job, hear: Callable[[EpochEnd | RunRecord], None]) -> Trained:
    """Return a job's model: with the weights that were kept, or trained now, which `hear` is told of.

    Raises RuntimeError when training fails. The record of a model trained here is not written.
    """
    if not weights.place(job.key).exists():
        for event in train(job):
            hear(event)
            if isinstance(event, RunRecord) and event.error:
                raise RuntimeError(event.error)
    model, fold, _ = prepare(recipe, load_fold(recipe.dataset, job), job.key.seed)
    model.optimizer.build(model.trainable_variables)  # its state is in the file too
    model.load_weights(weights.place(job.key))
    return Trained(recipe, model, fold)


def look_at_images(
    subject: Trained,
    verdicts: Sequence[Verdict],
    folder: Path,
    ending: str,
    *,
    layers: Sequence[str],
    names: Sequence[str],
) -> list[Path]:
    """Draw the first layer's filters, the maps of `layers` for some test images, and the wrong answers."""
    scores = predict(subject.model, subject.recipe, subject.fold.test.x)
    paths = [folder / f"{name}.{ending}" for name in ("filters", "confusion", "errors")]
    pictures.grid(filters(subject.model, layers[0]), (), paths[0])
    pictures.confusion(confusion(subject.fold.test.y, scores.argmax(axis=1), len(names)), names, paths[1])
    pictures.grid(*worst(subject.fold, scores, names), paths[2], columns=10)
    for layer in layers:
        paths.append(folder / f"maps-{layer}.{ending}")
        shown = maps(subject.model, layer, _examples(subject.fold))
        pictures.grid(shown, (), paths[-1], columns=len(shown) // EXAMPLES)
    return paths


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


def worst(fold: Fold, scores: np.ndarray, names: Sequence[str]) -> tuple[list[np.ndarray], list[str]]:
    """Return the test images whose answer beats the right class by most, and titles "right > answered"."""
    right = fold.test.y
    gaps = scores.max(axis=1) - scores[np.arange(len(right)), right]
    wrong = [number for number in np.argsort(-gaps, kind="stable")[:WORST] if gaps[number] > 0]
    titles = [f"{names[right[number]]} > {names[scores[number].argmax()]}" for number in wrong]
    return [_picture(fold.test.x[number]) for number in wrong], titles


def maps(model: Any, layer: str, x: np.ndarray) -> list[np.ndarray]:
    """Return each image followed by the layer's maps of it, all (height, width)."""
    import keras

    outputs = keras.Model(model.input, model.get_layer(layer).output).predict(x, verbose=0)
    rows = ((_picture(image), *np.moveaxis(output, -1, 0)) for image, output in zip(x, outputs, strict=True))
    return [picture for row in rows for picture in row]


def _examples(fold: Fold) -> np.ndarray:
    """Return the first test image of each of some classes."""
    return np.stack([fold.test.x[np.flatnonzero(fold.test.y == label)[0]] for label in range(EXAMPLES)])


def _picture(image: np.ndarray) -> np.ndarray:
    return image[..., 0] if image.shape[-1] == 1 else image
