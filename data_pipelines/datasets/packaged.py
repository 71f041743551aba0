"""Real data that installed packages bring along: handwritten digits and a small news corpus."""

import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines import lookalike
from data_pipelines.dataset import DataError, Dataset, Fold, PackagedFile, Split
from data_pipelines.images import rescale

WORD = re.compile(r"[a-z]{2,15}")


def load_digits(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return 8x8 digits: the first half for training, its last tenth for validation, the second for test."""
    with gzip.open(paths[0], "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", ndmin=2)
    if table.shape[1] != 65:
        raise DataError(f"{paths[0]} has {table.shape[1]} columns. Expected 64 pixels and a label.")
    x, y = rescale(table[:, :64].reshape(-1, 8, 8), 16), table[:, 64].astype("int32")
    half, tenth = len(y) // 2, len(y) // 20
    train = Split(x[: half - tenth], y[: half - tenth])
    return Fold(train, Split(x[half - tenth : half], y[half - tenth : half]), Split(x[half:], y[half:]))


def load_corpus(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return the corpus as lists of lower-case words, a document each, and the path of the word pairs."""
    documents = [WORD.findall(line.lower()) for line in paths[0].read_text("utf-8").splitlines()]
    nothing = np.zeros(0, "int32")
    return Fold(Split(documents, nothing), None, Split(paths[1], nothing))


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
    lookalike=lookalike.digits,
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
    lookalike=lookalike.corpus,
)
