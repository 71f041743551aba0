"""Time and memory of whole tasks, each in a fresh process, against other ways to do them."""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """One way to do a task: median and range of seconds, and the most memory that one process held."""

    system: str
    seconds: float
    fastest: float
    slowest: float
    peak_megabytes: float
    ratio: float  # of its time to the first one's: the median of the pairs of neighbouring repeats


def compare(tasks: Mapping[str, Callable[[], Any]], repeats: int) -> list[Cost]:
    """Do every task in turn, `repeats` times, each time in a fresh process, to which a task must be able to go."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            found[name].append(_in_a_process(task))
    first = [seconds for seconds, _ in next(iter(found.values()))]
    return [_cost(name, pairs, first) for name, pairs in found.items()]


def _cost(name: str, pairs: list[tuple[float, float]], first: list[float]) -> Cost:
    seconds = [pair[0] for pair in pairs]
    ratio = median(theirs / mine for theirs, mine in zip(seconds, first, strict=True))
    return Cost(name, median(seconds), min(seconds), max(seconds), max(pair[1] for pair in pairs), ratio)


def _in_a_process(task: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds, and the peak of resident memory in megabytes, of a process and those that it starts.

    Raises RuntimeError when it fails.
    """
    with tempfile.TemporaryFile() as pipe, tempfile.TemporaryFile() as told:
        pickle.dump(task, pipe)
        pipe.seek(0)
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.costs"], stdin=pipe, stdout=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"A measured process ended with {process.returncode}.")
        told.seek(0)
        return float(told.read()), usage.ru_maxrss / 1024


if __name__ == "__main__":
    timed = pickle.load(sys.stdin.buffer)
    started = time.perf_counter()
    timed()
    print(time.perf_counter() - started)
