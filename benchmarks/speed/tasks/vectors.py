"""Selecting the vectors of a vocabulary from a large word2vec file, 3.6 GB in the shape of GoogleNews.

The rival, gensim, loads the whole file.
"""

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed.processes import Case, WholeTask
from data_pipelines.text.vector_files import read_vectors
from data_pipelines.text.word2vec import load_whole

WORDS, WIDTH, VOCABULARY = 3_000_000, 300, 20_000
BLOCK = 10_000


def cases(folder: Path, *, words: int = WORDS, width: int = WIDTH, vocabulary: int = VOCABULARY) -> list[Case]:
    """Generate a binary file; the vocabulary is spread over all of it."""
    path = generate(folder / "vectors.bin", words, width)
    wanted = [f"word{number}" for number in range(0, words, max(1, words // vocabulary))][:vocabulary]
    return [
        Case("retable, cut while streaming", partial(read_vectors, path, wanted)),
        Case("gensim, loaded whole", partial(load_whole, path, wanted)),
    ]


def generate(path: Path, words: int, width: int) -> Path:
    """Write a file in the binary format of word2vec, in blocks."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(f"{words} {width}\n".encode())
        for start in range(0, words, BLOCK):
            rows = rng.normal(0, 0.15, (min(BLOCK, words - start), width)).astype("<f4")
            file.writelines(
                f"word{number} ".encode() + row.tobytes() for number, row in enumerate(rows, start=start)
            )
    return path


TASK = WholeTask(what=f"{VOCABULARY:,} of {WORDS:,} vectors of width {WIDTH} from a binary file", cases=cases)
