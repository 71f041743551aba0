"""Training runs of a recipe, timed against plain scripts of the same protocol."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, ClassVar, NamedTuple

from benchmarks import machine
from benchmarks.recipe import Recipe
from benchmarks.speed.contention import drift, product_seconds
from benchmarks.speed.task import Report
from benchmarks.table import load_table
from benchmarks.training.backends import backend_environment
from data_pipelines.dataset import DataError, Fold

RETABLE = "retable"
MOST_DRIFT, TRIES = 0.1, 3
ONE_RUN = "from benchmarks.speed.one_run import main; main()"
PACKAGES = Path(__file__).parent.parent.parent
PROCESSES, THREADS = "a process a core", "one process, all cores"


class Timed(NamedTuple):
    """A run of some seeds: seconds from the start of its processes to their end, test scores, and drift."""

    seconds: float
    scores: list[float]
    drift: float


@dataclass(frozen=True, kw_only=True)
class WholeRuns:
    """Every system trains as many seeds as the machine has cores: from the start of its process, with the batch
    size, the epochs, the validation and the choice of the epoch that the recipe has, to the test score.

    The suite runs as `retable run` does by default. A rival is a plain script; it runs in the better of two ways,
    as one process with all cores or as a process a core, and all systems take turns. The speed-up of retable is
    the median over turns of a rival's time divided by ours, with its range. The scores beside it show whether a
    rival gets as far as the suite.

    A fixed product is timed before and after each run. If the two differ by more than 10 %, the machine did other
    work, and the run is repeated, at most twice; the largest difference that was left is the drift of the table.
    """

    title: ClassVar[str] = "Training runs"
    fewest_repeats: ClassVar[int] = 3
    name: str  # of its file
    cell: tuple[str, str, str, str]  # paper, table, row, column
    unit: str  # that speed is counted in
    epochs: int | None = None  # of a timed run; None: all
    examples: int | None = None  # to train on, the first ones, and as large a share of the other parts; None: all
    rivals: Mapping[str, Callable[[Fold, Recipe], Any]]  # how to build each, by name
    measure_rival: Callable[..., float] | None = None  # the score of a rival on a part, if not its first metric

    def recipe(self) -> Recipe:
        """Return the recipe that is timed. Raises DataError if the cell has no Keras recipe."""
        paper, *place = self.cell
        table = load_table(paper)
        cell = table.cells(*place)[0]
        recipe = table.recipe(cell)
        if not isinstance(recipe, Recipe):
            raise DataError(f"{cell.name} has no Keras network to time.")
        return recipe

    def measure(self, *, repeats: int = 3) -> Report:
        """Time all systems in turn; about a quarter of an hour."""
        seeds = list(range(machine.cores()))
        rivals = [name for name in self.rivals if "PyTorch" not in name or find_spec("torch")]
        epochs = self.epochs or self.recipe().epochs
        ways = {RETABLE: THREADS, **{name: self._better_way(name, seeds) for name in rivals}}
        turns: dict[str, list[Timed]] = {system: [] for system in ways}
        for _ in range(repeats):
            for system, way in ways.items():
                turns[system].append(self._timed(system, way, epochs, seeds))
        recipe = self.recipe()
        amount = f"{epochs} of {recipe.epochs} epochs"
        part = f", the first {self.examples:,} examples" if self.examples else ""
        return {
            "what": f"{self.cell[2]} on {recipe.dataset.name}: {len(seeds)} seeds, {amount}{part}",
            "repeats": repeats,
            "seeds": len(seeds),
            "device": machine.processor(),
            "backend": "tensorflow",
            "metric": recipe.metrics[0].name,
            "drift": max(turn.drift for mine in turns.values() for turn in mine),
            "speeds": [_speed(system, ways[system], turns[system], turns[RETABLE]) for system in ways],
        }

    def _better_way(self, rival: str, seeds: list[int]) -> str:
        return min((PROCESSES, THREADS), key=lambda way: self._timed(rival, way, 1, seeds).seconds)

    def _timed(self, system: str, way: str, epochs: int, seeds: list[int]) -> Timed:
        """Time a run, again when the machine did something else."""
        found = []
        for _ in range(TRIES):
            before = product_seconds()
            started = time.perf_counter()
            scores = run_once(self.name, system, way, epochs, seeds)
            seconds = time.perf_counter() - started
            found.append(Timed(seconds, scores, drift([before, product_seconds()])))
            if found[-1].drift <= MOST_DRIFT:
                break
        return min(found, key=lambda timed: timed.drift)

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return speeds as texts by heading, and the rivals that are missing."""
        rows = []
        for speed in report["speeds"]:
            ratio = f"{speed['ratio']:.2f} ({speed['lowest_ratio']:.2f} to {speed['highest_ratio']:.2f})"
            rows.append(
                {
                    "system": speed["system"],
                    "way": speed["way"],
                    "seconds": f"{speed['seconds']:.1f}",
                    "speed-up of retable": "1" if speed["system"] == RETABLE else ratio,
                    report["metric"]: ", ".join(f"{score:.2f}" for score in speed["scores"]),
                }
            )
        missing = [rival for rival in self.rivals if rival not in [row["system"] for row in rows]]
        return [*rows, *(dict.fromkeys(rows[0], "") | {"system": f"{rival} (not installed)"} for rival in missing)]


def run_once(task: str, system: str, way: str, epochs: int, seeds: list[int]) -> list[float]:
    """Run a system in one way, in new processes; return the score of each seed. Raises RuntimeError."""
    shares = [[seed] for seed in seeds] if way == PROCESSES else [seeds]
    threads = machine.cores() // len(shares)
    chosen = backend_environment("tensorflow", deterministic=False) | {"PYTHONPATH": str(PACKAGES)}
    if system != RETABLE:
        chosen |= machine.with_threads(threads)
    command = [sys.executable, "-P", "-c", ONE_RUN, task, system, str(epochs)]
    processes = [
        subprocess.Popen(
            [*command, *map(str, share)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **chosen},
        )
        for share in shares
    ]
    answers = [process.communicate() for process in processes]
    for process, (_, errors) in zip(processes, answers, strict=True):
        if process.returncode:
            raise RuntimeError(f"{system} of {task!r} ended with status {process.returncode}: {errors[-2000:]}")
    return [score for output, _ in answers for score in json.loads(output)]


def _speed(system: str, way: str, mine: list[Timed], ours: list[Timed]) -> dict[str, Any]:
    """Return the median time of a system with its range, and the ratios to ours of the same turn."""
    seconds = [turn.seconds for turn in mine]
    ratios = [turn.seconds / our.seconds for turn, our in zip(mine, ours, strict=True)]
    return {
        "system": system,
        "way": "retable run" if system == RETABLE else way,
        "seconds": median(seconds),
        "fastest": min(seconds),
        "slowest": max(seconds),
        "ratio": median(ratios),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "scores": mine[-1].scores,
    }
