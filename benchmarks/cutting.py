"""What cutting a large file of word vectors to a vocabulary costs, against loading it whole."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from data_pipelines.vector_files import cut
from data_pipelines.word_vectors import load_whole

BLOCK = 10_000


class Cost(NamedTuple):
    """One way to get the vectors of a vocabulary: median and range of seconds, and the most memory it held."""

    system: str
    seconds: float
    fastest: float
    slowest: float
    peak_megabytes: float
    ratio: float  # of its time to ours: the median of the pairs of neighbouring repeats


def compare(folder: Path, *, words: int, width: int, vocabulary: int, repeats: int) -> list[Cost]:
    """Generate a binary file in `folder`, then take words out of it in turn, each time in a fresh process."""
    path = generate(folder / "vectors.bin", words, width)
    wanted = [f"word{number}" for number in range(0, words, max(1, words // vocabulary))][:vocabulary]
    systems: dict[str, Callable] = {"retable, cut while streaming": cut, "gensim, loaded whole": load_whole}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in systems}
    for _ in range(repeats):
        for name, take in systems.items():
            found[name].append(_in_a_process(take, path, wanted))
    ours = [seconds for seconds, _ in next(iter(found.values()))]
    return [_cost(name, pairs, ours) for name, pairs in found.items()]


def generate(path: Path, words: int, width: int) -> Path:
    """Write a file of word2vec's binary format, in blocks."""
    rng = np.random.default_rng(0)
    with path.open("wb") as stream:
        stream.write(f"{words} {width}\n".encode())
        for start in range(0, words, BLOCK):
            rows = rng.normal(0, 0.15, (min(BLOCK, words - start), width)).astype("<f4")
            stream.writelines(
                f"word{number} ".encode() + row.tobytes() for number, row in enumerate(rows, start=start)
            )
    return path


def _cost(name: str, pairs: list[tuple[float, float]], ours: list[float]) -> Cost:
    seconds = [pair[0] for pair in pairs]
    ratio = median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
    return Cost(name, median(seconds), min(seconds), max(seconds), max(pair[1] for pair in pairs), ratio)


def _in_a_process(take: Callable, path: Path, wanted: list[str]) -> tuple[float, float]:
    """Return seconds and the peak of resident memory, in megabytes, of a process that does nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (take, path, wanted))


def _measured(take: Callable, path: Path, wanted: list[str]) -> tuple[float, float]:
    started = time.perf_counter()
    take(path, wanted)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
