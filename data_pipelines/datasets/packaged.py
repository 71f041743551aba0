"""Data sets that installed packages contain: handwritten digits and a small news corpus."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, PackagedFile, Split
from data_pipelines.datasets.generated import SYLLABLES
from data_pipelines.images import rescale

WORD = re.compile(r"[a-z]{2,15}")


def load_digits(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return 8x8 digits: the first half for training, with its last tenth for validation; the rest for test."""
    with gzip.open(paths[0], "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", ndmin=2)
    if table.shape[1] != 65:
        raise DataError(f"{paths[0]} has {table.shape[1]} columns. Expected 64 pixels and a label.")
    x, y = rescale(table[:, :64].reshape(-1, 8, 8), 16), table[:, 64].astype("int32")
    half, tenth = len(y) // 2, len(y) // 20
    train = Split(x[: half - tenth], y[: half - tenth])
    return Fold(train, Split(x[half - tenth : half], y[half - tenth : half]), Split(x[half:], y[half:]))


def load_corpus(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return the documents as lists of lower-case words for training, and the path of the word pairs for test."""
    documents = [WORD.findall(line.lower()) for line in paths[0].read_text("utf-8").splitlines()]
    nothing = np.zeros(0, "int32")
    return Fold(Split(documents, nothing), None, Split(paths[1], nothing))


def write_digits(folder: Path, *, images: int = 200) -> list[Path]:
    """Write a gzipped CSV of 64 pixels from 0 to 16 and a label, which lights one pixel."""
    rng = np.random.default_rng(0)
    labels = np.arange(images) % 10
    pixels = rng.integers(0, 5, (images, 64))
    pixels[np.arange(images), labels * 6] += 11
    path = folder / "digits.csv.gz"
    np.savetxt(path, np.column_stack([pixels, labels]), fmt="%d", delimiter=",")
    return [path]


def write_corpus(folder: Path, *, documents: int = 60) -> list[Path]:
    """Write a document per line, and tab-separated word pairs with a score."""
    rng = np.random.default_rng(0)
    vocabulary = np.array([first + second for first in SYLLABLES[:4] for second in SYLLABLES[:6]])
    text, pairs = folder / "corpus.txt", folder / "pairs.tsv"
    text.write_text("".join(" ".join(rng.choice(vocabulary, 40)) + "\n" for _ in range(documents)), "utf-8")
    chosen = rng.choice(vocabulary, (20, 2))
    pairs.write_text("".join(f"{a}\t{b}\t{rng.uniform(0, 10):.2f}\n" for a, b in chosen), "utf-8")
    return [text, pairs]


DIGITS = Dataset(
    name="digits",
    source="UCI Optical Recognition of Handwritten Digits, test part, as scikit-learn ships it",
    classes=10,
    examples=1797,
    files=(
        PackagedFile(
            "digits/digits.csv.gz",
            "sklearn",
            "datasets/data/digits.csv.gz",
            "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        ),
    ),
    load=load_digits,
    lookalike=write_digits,
)

LEE = Dataset(
    name="Lee",
    source="Lee, Pincombe & Welsh (2005), background corpus, and WordSim-353, as gensim ships them",
    classes=0,
    files=(
        PackagedFile(
            "lee/lee_background.cor",
            "gensim",
            "test/test_data/lee_background.cor",
            "5d78d6dafd953bbf65797bef09a9ffb9ec430583381be705f8fd460000f370fb",
        ),
        PackagedFile(
            "lee/wordsim353.tsv",
            "gensim",
            "test/test_data/wordsim353.tsv",
            "f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
        ),
    ),
    load=load_corpus,
    lookalike=write_corpus,
)
