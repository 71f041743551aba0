"""Training steps of a recipe's network, timed against other implementations."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from statistics import median
from typing import Any, ClassVar

import numpy as np

from benchmarks.recipe import Recipe
from benchmarks.speed.task import FEWEST_REPEATS, REPEATS, Report
from benchmarks.table import load_table
from benchmarks.training.backends import BACKENDS, device, select_backend
from benchmarks.training.fitting import prepare
from benchmarks.training.loops import arranged
from data_pipelines.dataset import DataError, Fold

RETABLE = "retable"
Batch = tuple[np.ndarray, np.ndarray]
Step = Callable[[np.ndarray, np.ndarray], Any]  # trains on one batch of padded examples and labels


@dataclass(frozen=True, kw_only=True)
class TrainingSteps:
    """All systems train on the same batches, several times in turn, after one pass that compiles and warms up.

    The speed-up of retable is the median ratio over pairs of neighbouring repeats; below 1, the other system is
    faster. PyTorch is compared where it is installed.
    """

    title: ClassVar[str] = "Training steps"
    cell: tuple[str, str, str, str]  # paper, table, row, column
    batch_size: int
    unit: str  # that speed is counted in
    contents: str = ""  # of a batch, where it does not consist of units
    rivals: Mapping[str, Callable[..., Step]]  # how to build each, by name
    arguments: Callable[[Fold], tuple[Any, ...]] = lambda fold: ()  # of these builders
    batches: int = 60  # per repeat
    fewest_repeats: int = FEWEST_REPEATS

    def measure(
        self,
        *,
        repeats: int = REPEATS,
        batches: int | None = None,
        column: str | None = None,
        backend: str = "tensorflow",
    ) -> Report:
        """Time the row on its own data set, or on that of another column."""
        from data_pipelines.download import fetch

        select_backend(backend)
        recipe, count = self.recipe(column), batches or self.batches
        fold = recipe.dataset.load([fetch(file) for file in recipe.dataset.files], 0, 0)
        steps = f"training steps of {self.batch_size} {self.contents or self.unit}"
        return {
            "what": f"{self.cell[2]} on {recipe.dataset.name}, {steps}",
            "unit": self.unit,
            "batches": count,
            "repeats": repeats,
            "backend": backend,
            "device": device(BACKENDS[backend]),
            **time_steps(recipe, fold, self.steps, batches=count, repeats=repeats),
        }

    def recipe(self, column: str | None = None) -> Recipe:
        """Return the recipe with the benchmark's batch size. Raises DataError if the cell has no Keras recipe."""
        paper, table, row, own_column = self.cell
        papers_table = load_table(paper)
        cell = papers_table.cells(table, row, column or own_column)[0]
        recipe = papers_table.recipe(cell)
        if not isinstance(recipe, Recipe):
            raise DataError(f"{cell.name} has no Keras network to time.")
        return replace(recipe, batch_size=self.batch_size)

    def steps(self, fold: Fold) -> dict[str, Step]:
        """Build the rivals whose library is installed."""
        found = {name: build for name, build in self.rivals.items() if "PyTorch" not in name or find_spec("torch")}
        return {name: build(*self.arguments(fold)) for name, build in found.items()}

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return speeds as texts by heading, the parts of a step of ours, and the rivals that are missing."""
        parts = ", ".join(f"{share['part']} {share['share']:.0%}" for share in report["shares"])
        rows = [
            {
                "system": speed["system"],
                f"{self.unit} per second": f"{speed['examples_per_second']:.0f}",
                "slowest to fastest": f"{speed['slowest']:.0f} to {speed['fastest']:.0f}",
                "speed-up of retable": f"{speed['ratio']:.2f}",
                "parts of a step": parts if speed["system"] == RETABLE else "",
            }
            for speed in report["speeds"]
        ]
        missing = [rival for rival in self.rivals if rival not in [row["system"] for row in rows]]
        return [*rows, *(dict.fromkeys(rows[0], "") | {"system": f"{rival} (not installed)"} for rival in missing)]


def keras_step(
    model: Any, optimizer: Any, loss: Any = None, inputs: Callable[[np.ndarray], Any] = lambda x: x
) -> Step:
    """Return a training step of a Keras model over `inputs` of a batch; the loss is cross-entropy by default."""
    import keras

    model.compile(optimizer, loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return lambda x, y: model.train_on_batch(inputs(x), y)


def torch_step(optimizer: Any, loss: Callable[[np.ndarray, Any], Any]) -> Step:
    """Return a training step of PyTorch; `loss` takes the examples, and the labels as a tensor."""
    import torch

    def step(x: np.ndarray, y: np.ndarray) -> float:
        found = loss(x, torch.from_numpy(y).long())
        optimizer.zero_grad()
        found.backward()
        optimizer.step()
        return found.item()

    return step


def time_steps(
    recipe: Recipe, fold: Fold, rivals: Callable[[Fold], Mapping[str, Step]], *, batches: int, repeats: int
) -> Report:
    """Time training steps of the recipe's network and of its rivals, in turn; return speeds and shares."""
    model, fold, _ = prepare(recipe, fold, seed=0)
    ours: Step = lambda x, y: model.train_on_batch(arranged(recipe, x), y)  # noqa: E731
    systems = {RETABLE: ours, **rivals(fold)}
    data = list(_batches(fold, recipe.batch_size, batches))
    for step in systems.values():
        _seconds(step, data)  # compile and warm up
    times: dict[str, list[float]] = {system: [] for system in systems}
    for _ in range(repeats):
        for system, step in systems.items():
            times[system].append(_seconds(step, data))
    examples = sum(np.size(y) for _, y in data)  # of a text, its tokens
    return {
        "speeds": [_speed(system, times[system], times[RETABLE], examples) for system in systems],
        "shares": _shares(model, recipe, data, median(times[RETABLE])),
    }


def _speed(system: str, seconds: list[float], ours: list[float], examples: int) -> dict[str, Any]:
    """Return the median speed, its range, and the median ratio of our speed to it in neighbouring repeats."""
    return {
        "system": system,
        "examples_per_second": examples / median(seconds),
        "slowest": examples / max(seconds),
        "fastest": examples / min(seconds),
        "ratio": median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True)),
    }


def _shares(model: Any, recipe: Recipe, data: list[Batch], whole: float) -> list[dict[str, Any]]:
    """Divide a step into arranging the batch, the forward pass, and the rest: backward pass and update."""
    arranging = _seconds(lambda x, y: arranged(recipe, x), data)
    forward = _seconds(lambda x, y: model.test_on_batch(arranged(recipe, x), y), data, warm_up=True) - arranging
    parts = {"arranging": arranging, "forward": forward, "backward and update": whole - forward - arranging}
    return [
        {"part": part, "milliseconds": 1000 * seconds / len(data), "share": seconds / whole}
        for part, seconds in parts.items()
    ]


def _batches(fold: Fold, size: int, count: int) -> Iterator[Batch]:
    for number in range(count):
        start = number * size % (len(fold.train.y) - size + 1)
        yield fold.train.x[start : start + size], fold.train.y[start : start + size]


def _seconds(step: Step, data: list[Batch], warm_up: bool = False) -> float:
    if warm_up:
        _seconds(step, data)
    started = time.perf_counter()
    for x, y in data:
        step(x, y)
    return time.perf_counter() - started
