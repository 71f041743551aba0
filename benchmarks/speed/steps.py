"""How fast a network trains, against plain versions in the same run, and where the time goes."""

import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks.fitting import arranged, prepare
from benchmarks.recipe import Recipe
from benchmarks.speed.tasks.sentences import Step
from data_pipelines.dataset import Fold

Batch = tuple[np.ndarray, np.ndarray]


class Speed(NamedTuple):
    """Examples per second of one system: the median over the repeats, and their range."""

    system: str
    examples_per_second: float
    slowest: float
    fastest: float
    ratio: float  # ours to this one: the median of the pairs of neighbouring repeats


class Share(NamedTuple):
    """What one part takes of a training step."""

    part: str
    milliseconds: float
    share: float


def compare(
    recipe: Recipe, fold: Fold, rivals: Callable[[Fold], Mapping[str, Step]], *, batches: int, repeats: int
) -> tuple[list[Speed], list[Share]]:
    """Time training steps of the recipe's model and of its rivals in turn; needs a machine doing nothing else."""
    model, fold, _ = prepare(recipe, fold, seed=0)
    ours: Step = lambda x, y: model.train_on_batch(arranged(recipe, x), y)  # noqa: E731
    systems = {"retable": ours, **rivals(fold)}
    data = list(_batches(fold, recipe.batch_size, batches))
    for step in systems.values():
        _seconds(step, data)  # compile and warm up
    times: dict[str, list[float]] = {system: [] for system in systems}
    for _ in range(repeats):
        for system, step in systems.items():
            times[system].append(_seconds(step, data))
    examples = sum(np.size(y) for _, y in data)  # of a text, its tokens
    speeds = [_speed(system, times[system], times["retable"], examples) for system in systems]
    return speeds, _shares(model, recipe, data, median(times["retable"]))


def _speed(system: str, seconds: list[float], ours: list[float], examples: int) -> Speed:
    ratio = median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
    return Speed(system, examples / median(seconds), examples / max(seconds), examples / min(seconds), ratio)


def _shares(model: Any, recipe: Recipe, data: list[Batch], whole: float) -> list[Share]:
    """Part a step into arranging the batch, the forward pass, and the rest: backward pass and update."""
    arranging = _seconds(lambda x, y: arranged(recipe, x), data)
    forward = _seconds(lambda x, y: model.test_on_batch(arranged(recipe, x), y), data, warm_up=True) - arranging
    parts = {"arranging": arranging, "forward": forward, "backward and update": whole - forward - arranging}
    return [Share(part, 1000 * seconds / len(data), seconds / whole) for part, seconds in parts.items()]


def _batches(fold: Fold, size: int, count: int) -> Iterator[Batch]:
    for number in range(count):
        start = number * size % (len(fold.train.y) - size + 1)
        yield fold.train.x[start : start + size], fold.train.y[start : start + size]


def _seconds(step: Callable[[np.ndarray, np.ndarray], Any], data: list[Batch], warm_up: bool = False) -> float:
    if warm_up:
        _seconds(step, data)
    started = time.perf_counter()
    for x, y in data:
        step(x, y)
    return time.perf_counter() - started
