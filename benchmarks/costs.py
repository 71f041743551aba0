"""Time and memory of whole tasks, each in a fresh process, against other ways to do them."""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
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
    with tempfile.TemporaryFile() as pipe:
        pickle.dump(task, pipe)
        pipe.seek(0)
        command = [sys.executable, "-m", "benchmarks.costs"]
        done = subprocess.run(command, stdin=pipe, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(f"A measured process ended with {done.returncode}.")
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def _peak_megabytes() -> float:
    """Return the peak of this process, or of one that it started and that still lives, by Linux' own account."""
    peaks = []
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            about = dict(line.split(":\t", 1) for line in path.read_text().splitlines() if ":\t" in line)
        except OSError:  # it has ended
            continue
        if str(os.getpid()) in (about["Pid"].strip(), about["PPid"].strip()) and "VmHWM" in about:
            peaks.append(float(about["VmHWM"].split()[0]) / 1024)
    return max(peaks)


if __name__ == "__main__":
    timed = pickle.load(sys.stdin.buffer)
    started = time.perf_counter()
    timed()
    print(time.perf_counter() - started, _peak_megabytes())
