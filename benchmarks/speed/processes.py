"""Time and memory of whole tasks, each in a fresh process, against other ways to do them."""

import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
    anonymous_megabytes: float  # the most of it that is no file, as far as a look every hundredth second tells


class Amount(NamedTuple):
    """How much a way of doing a task takes in."""

    quantity: float
    unit: str


class Measured(NamedTuple):
    """What one process took."""

    seconds: float
    peak_megabytes: float
    anonymous_megabytes: float


def compare(tasks: Mapping[str, Callable[[], Any]], repeats: int) -> list[Cost]:
    """Do every task in turn, `repeats` times, each time in a fresh process, to which a task must be able to go."""
    found: dict[str, list[Measured]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            found[name].append(_in_a_process(task))
    return [_cost(name, measured) for name, measured in found.items()]


def _cost(name: str, measured: list[Measured]) -> Cost:
    seconds, peaks, anonymous = zip(*measured, strict=True)
    return Cost(name, median(seconds), min(seconds), max(seconds), max(peaks), max(anonymous))


@contextmanager
def nothing_kept(folder: Path) -> Iterator[None]:
    """Give this process, which ends after it, a cache of its own in a folder."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        os.environ["RETABLE_HOME"] = home
        yield


def _in_a_process(task: Callable[[], Any]) -> Measured:
    """Return the seconds and the memory of a process, and the memory of those that it starts.

    Raises RuntimeError when it fails.
    """
    with tempfile.TemporaryFile() as pipe:
        pickle.dump(task, pipe)
        pipe.seek(0)
        command = [sys.executable, "-m", "benchmarks.speed.processes"]
        done = subprocess.run(command, stdin=pipe, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(f"A measured process ended with {done.returncode}.")
    return Measured(*map(float, done.stdout.split()[-len(Measured._fields) :]))


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


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Look at the anonymous memory of this process every hundredth second, in megabytes."""
    seen: list[float] = [_anonymous_megabytes()]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.01):
            seen.append(_anonymous_megabytes())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield seen
    ended.set()
    watcher.join()


def _anonymous_megabytes() -> float:
    about = Path("/proc/self/status").read_text()
    return float(about.split("RssAnon:")[1].split()[0]) / 1024


if __name__ == "__main__":
    timed = pickle.load(sys.stdin.buffer)
    started = time.perf_counter()
    with _watched() as anonymous:
        timed()
    print(time.perf_counter() - started, _peak_megabytes(), max(anonymous))
