"""Time and memory of whole tasks, each in a fresh process, against other ways to do them."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
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
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                found[name].append(pool.submit(_measured, task).result())
    first = [seconds for seconds, _ in next(iter(found.values()))]
    return [_cost(name, pairs, first) for name, pairs in found.items()]


def _cost(name: str, pairs: list[tuple[float, float]], first: list[float]) -> Cost:
    seconds = [pair[0] for pair in pairs]
    ratio = median(theirs / mine for theirs, mine in zip(seconds, first, strict=True))
    return Cost(name, median(seconds), min(seconds), max(seconds), max(pair[1] for pair in pairs), ratio)


def _measured(task: Callable[[], Any]) -> tuple[float, float]:
    """Return seconds and the peak of resident memory, in megabytes, of this process or of one that it started."""
    started = time.perf_counter()
    task()
    seconds = time.perf_counter() - started
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return seconds, max(peaks) / 1024
