"""What cutting a large file of word vectors to a vocabulary costs, against loading it whole."""

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed import processes
from benchmarks.speed.processes import Cost
from data_pipelines.text.vector_files import cut
from data_pipelines.text.word2vec import load_whole

BLOCK = 10_000


def compare(folder: Path, *, words: int, width: int, vocabulary: int, repeats: int) -> list[Cost]:
    """Generate a binary file in `folder`, then take words out of it in turn, each time in a fresh process."""
    path = generate(folder / "vectors.bin", words, width)
    wanted = [f"word{number}" for number in range(0, words, max(1, words // vocabulary))][:vocabulary]
    tasks = {
        "retable, cut while streaming": partial(cut, path, wanted),
        "gensim, loaded whole": partial(load_whole, path, wanted),
    }
    return processes.compare(tasks, repeats)


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
