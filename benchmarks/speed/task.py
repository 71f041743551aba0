"""A benchmark and its report. The folder tasks/ is the list of benchmarks.

A new benchmark is a new file there, with an object `TASK` of some kind: `WholeRuns`, `WholeTask`, or one of
its own. Its docstring and its report become a section of docs/speed.md.
"""

import inspect
import json
import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Protocol

from benchmarks import provenance
from benchmarks.speed import tasks
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import write_text
from results.folders import results_folder

REPEATS = 7
FEWEST_REPEATS = 3  # of a report that is published, unless a task says otherwise

Report = dict[str, Any]  # plain data, for a JSON file


class Task(Protocol):
    """What every kind of benchmark has. The docstring of a kind says how it measures."""

    title: ClassVar[str]  # of its section
    fewest_repeats: int
    measure: Callable[..., Report]  # options are keywords, each with a default
    rows: Callable[[Report], list[dict[str, str]]]  # the table of a report, as texts by heading


def task_names() -> list[str]:
    """Return the names of the benchmarks, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(tasks.__path__))


def load_task(name: str) -> Task:
    """Return a benchmark by the name of its file."""
    return import_module(f"{tasks.__name__}.{name}").TASK


def description(name: str) -> str:
    """Return the docstring of a benchmark's file."""
    return inspect.getdoc(import_module(f"{tasks.__name__}.{name}")) or ""


def run(task: Task, options: Mapping[str, Any]) -> Report:
    """Measure a benchmark. Raises DataError for an option that it does not take."""
    known = inspect.signature(task.measure).parameters
    if unknown := [name for name in options if name not in known]:
        accepted = ", ".join(f"--{name}" for name in known)
        raise DataError(f"This benchmark has no option --{unknown[0]}. It has: {accepted}.")
    return {"commit": provenance.commit(), "versions": provenance.versions(), **task.measure(**options)}


def report_path(name: str, options: Mapping[str, Any]) -> Path:
    """Return where a report goes: to results/speed, or to trial/speed if it does not count.

    A report counts if the code is a commit without changes and no option but --repeats is given, large enough.
    """
    enough = options.get("repeats", REPEATS) >= load_task(name).fewest_repeats
    counts = provenance.is_clean() and enough and options.keys() <= {"repeats"}
    return results_folder() / ("speed" if counts else "trial/speed") / f"{name}.json"


def write(report: Report, path: Path) -> None:
    """Write a report as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(report, indent=1) + "\n")
