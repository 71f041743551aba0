"""Run one pickled function in this process, which holds nothing else, and print its cost.

`python -m benchmarks.speed.fresh_process FOLDER` reads the function from standard input. It imports only the
standard library, so that the memory is that of the function.
"""

import os
import pickle
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY_SECONDS = 0.01


def main(folder: str) -> None:
    """Print seconds, peak memory and peak anonymous memory (MB); time starts after the imports of its module."""
    run = pickle.load(sys.stdin.buffer)
    started = time.perf_counter()
    with _watched() as anonymous, _empty_cache(folder):
        run()
    print(time.perf_counter() - started, _peak_megabytes(), max(anonymous))


@contextmanager
def _empty_cache(folder: str) -> Iterator[None]:
    """Use a cache of its own, inside of a folder; removing it is part of the work."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        os.environ["RETABLE_HOME"] = home
        yield


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Collect the anonymous memory of this process while the block runs, in megabytes."""
    seen = [_anonymous_megabytes()]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY_SECONDS):
            seen.append(_anonymous_megabytes())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield seen
    ended.set()
    watcher.join()


def _anonymous_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return float(status.split("RssAnon:")[1].split()[0]) / 1024


def _peak_megabytes() -> float:
    """Return the largest peak of this process and of its children that are still alive, as Linux counts it."""
    peaks = []
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            status = dict(line.split(":\t", 1) for line in path.read_text().splitlines() if ":\t" in line)
        except OSError:  # it has ended
            continue
        if str(os.getpid()) in (status["Pid"].strip(), status["PPid"].strip()) and "VmHWM" in status:
            peaks.append(float(status["VmHWM"].split()[0]) / 1024)
    return max(peaks)


if __name__ == "__main__":
    main(sys.argv[1])
