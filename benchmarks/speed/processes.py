"""Whole tasks, from files to results: time and memory of each way to do them, in fresh processes."""

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Any, ClassVar, NamedTuple

from benchmarks.machine import processor
from benchmarks.speed.task import FEWEST_REPEATS, REPEATS, Report
from results.folders import results_folder


class Amount(NamedTuple):
    """The size of an input."""

    quantity: float
    unit: str


class Case(NamedTuple):
    """One way to do a task, on one input."""

    system: str
    run: Callable[[], Any]  # picklable: it runs in another process
    amount: Amount | None = None  # None: all cases of the task have the same input


class Cost(NamedTuple):
    """The cost of one case: median and range of the seconds, and the largest memory of any repeat."""

    system: str
    seconds: float
    fastest: float
    slowest: float
    peak_megabytes: float
    anonymous_megabytes: float  # not backed by a file; sampled every 10 ms


@dataclass(frozen=True, kw_only=True)
class WholeTask:
    """Each case runs several times, in turn with the others, in a fresh process with an empty cache.

    The input files are generated. Peak memory includes the pages of memory-mapped files, which the system can take
    back; anonymous memory does not. The relative time compares a case with the first one on the same input.
    """

    title: ClassVar[str] = "Whole tasks"
    what: str
    cases: Callable[[Path], list[Case]]  # writes the input into a folder
    extrapolate: Callable[[Sequence[Cost]], list[Cost]] = lambda costs: []  # to a larger input
    fewest_repeats: int = FEWEST_REPEATS

    def measure(self, *, repeats: int = REPEATS) -> Report:
        """Time every case; the input takes disk space beside the results until the end."""
        results_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=results_folder()) as folder:
            cases = self.cases(Path(folder))
            costs = measure_cases(cases, repeats, Path(folder))
        return {
            "what": self.what,
            "repeats": repeats,
            "device": processor(),
            "costs": [cost._asdict() for cost in (*costs, *self.extrapolate(costs))],
            "amounts": [case.amount for case in cases if case.amount],
        }

    def rows(self, report: Report) -> list[dict[str, str]]:
        """Return costs as texts by heading."""
        amounts = report.get("amounts") or ()  # an extrapolated cost has none
        first: dict[str, float] = {}  # seconds, by input
        rows = []
        for cost, amount in zip_longest(report["costs"], amounts):
            relative = cost["seconds"] / first.setdefault(str(amount), cost["seconds"])
            anonymous = cost.get("anonymous_megabytes")  # missing in old reports
            row = {
                "system": cost["system"],
                "seconds": f"{cost['seconds']:.1f}",
                "fastest to slowest": f"{cost['fastest']:.1f} to {cost['slowest']:.1f}",
                "input per second": _rate(amount[0] / cost["seconds"], amount[1]) if amount else "",
                "peak memory (MB)": f"{cost['peak_megabytes']:.0f}",
                "anonymous memory (MB)": f"{anonymous:.0f}" if anonymous else "",
                "relative time, same input": f"{relative:.2f}" if amount or not amounts else "",
            }
            rows.append(row)
        return rows


def measure_cases(cases: Sequence[Case], repeats: int, folder: Path) -> list[Cost]:
    """Run all cases in turn, `repeats` times, each in a fresh process with an empty cache inside of a folder."""
    measured: list[list[list[float]]] = [[] for _ in cases]
    for _ in range(repeats):
        for case, figures in zip(cases, measured, strict=True):
            figures.append(_in_a_fresh_process(case, folder))
    return [_cost(case.system, figures) for case, figures in zip(cases, measured, strict=True)]


def _in_a_fresh_process(case: Case, folder: Path) -> list[float]:
    """Return seconds, peak memory and peak anonymous memory (MB). Raises RuntimeError if the process fails."""
    command = [sys.executable, "-m", "benchmarks.speed.fresh_process", str(folder)]
    done = subprocess.run(command, input=pickle.dumps(case.run), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(f"The process of {case.system!r} ended with status {done.returncode}.")
    return [float(figure) for figure in done.stdout.split()[-3:]]


def _cost(system: str, figures: list[list[float]]) -> Cost:
    seconds, peaks, anonymous = zip(*figures, strict=True)
    return Cost(system, median(seconds), min(seconds), max(seconds), max(peaks), max(anonymous))


def file_size(path: Path) -> Amount:
    """Return the size of a file in megabytes."""
    return Amount(path.stat().st_size / 1e6, "MB")


def on_rows(system: str, rows: int) -> str:
    """Return the name of a case by its number of rows."""
    return f"{system}, {rows:,} rows"


def extrapolated(costs: Sequence[Cost], systems: Sequence[str], *, rows: int, target: int) -> list[Cost]:
    """Estimate each system's cost for `target` rows, on the line through `rows` and a tenth of them."""
    by_name = {cost.system: [float(figure) for figure in cost[1:]] for cost in costs}
    share = (target / rows - 0.1) / 0.9
    found = []
    for system in systems:
        small, large = (by_name[on_rows(system, count)] for count in (rows // 10, rows))
        figures = [one + (other - one) * share for one, other in zip(small, large, strict=True)]
        found.append(Cost(f"{on_rows(system, target)}, estimated", *figures))
    return found


def _rate(rate: float, unit: str) -> str:
    return f"{rate:,.0f} {unit}" if rate >= 10 else f"{rate:.1f} {unit}"
