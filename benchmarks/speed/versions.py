"""Whole commands of an earlier commit, timed against those of today's code."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, ClassVar

from benchmarks import machine
from benchmarks.evidence.history import unpack
from benchmarks.evidence.source import ROOT
from benchmarks.speed.contention import drift, product_seconds
from benchmarks.speed.task import Report
from data_pipelines.cache import cache_folder

COMMAND = "from benchmarks.cli.app import main; main()"


@dataclass(frozen=True, kw_only=True)
class Versions:
    """`retable run` by an earlier commit and by today's code, in turn, from its start to the verdict.

    Both train the same seeds on the same files and keep nothing. The speed-up is the time of the earlier code
    divided by ours. The drift is that of a fixed product, timed before and after every run.
    """

    title: ClassVar[str] = "Earlier versions"
    fewest_repeats: ClassVar[int] = 1
    before: str  # a commit
    runs: Mapping[str, tuple[str, ...]]  # arguments of `retable run`, by name

    def measure(self, *, repeats: int = 1) -> Report:
        """Time all runs; about ten minutes."""
        products, found = [product_seconds()], []
        with tempfile.TemporaryDirectory() as folder:
            unpack(self.before, Path(folder) / "before")
            for name, arguments in self.runs.items():
                turns = []
                for _ in range(repeats):
                    turns.append([_seconds(tree, arguments) for tree in (Path(folder) / "before", ROOT)])
                    products.append(product_seconds())
                found.append(_speed_up(name, turns))
        return {
            "what": f"Runs of {self.before} and of today's code",
            "repeats": repeats,
            "device": machine.processor(),
            "backend": "tensorflow",
            "drift": drift(products),
            "runs": found,
        }

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return times and speed-ups as texts by heading."""
        return [
            {
                "run": one["run"],
                f"seconds, {self.before}": f"{one['before']:.1f}",
                "seconds, today": f"{one['today']:.1f}",
                "speed-up": f"{one['ratio']:.2f}",
            }
            for one in report["runs"]
        ]


def _seconds(tree: Path, arguments: tuple[str, ...]) -> float:
    """Run the command of a tree to its end, with nothing kept from before. Raises RuntimeError."""
    with tempfile.TemporaryDirectory() as home:
        if cache_folder().exists():
            (Path(home) / "data").symlink_to(cache_folder().resolve())
        command = [sys.executable, "-P", "-c", COMMAND, "run", *arguments, "--results", f"{home}/results"]
        own = {"PYTHONPATH": str(tree), "RETABLE_HOME": home, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
        started = time.perf_counter()
        done = subprocess.run(command, cwd=tree, env=os.environ | own, capture_output=True, text=True)
        seconds = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with status {done.returncode}: {done.stderr[-2000:]}")
    return seconds


def _speed_up(name: str, turns: list[list[float]]) -> dict[str, Any]:
    before, today = (median(turn[which] for turn in turns) for which in (0, 1))
    return {"run": name, "before": before, "today": today, "ratio": median(old / new for old, new in turns)}
