"""Pre-trained word vectors, and the sets that vectors are evaluated on."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import Dataset, Fold, PackagedFile, RemoteFile, Split
from data_pipelines.datasets.generated import SYLLABLES
from data_pipelines.text.word2vec import load_with_vectors

GOOGLE_NEWS_FILE = RemoteFile(
    "word2vec/word2vec-google-news-300.gz",
    "https://github.com/RaRe-Technologies/gensim-data/releases/download/word2vec-google-news-300/"
    "word2vec-google-news-300.gz",
    "md5:a5e5354d40acb95f9ec66d5977d140ef",
    1743563840,
    terms="no licence stated",
    on_request=True,
)
ANALOGIES_FILE = PackagedFile(
    "word2vec/questions-words.txt",
    "gensim",
    "test/test_data/questions-words.txt",
    "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
)
SIMILARITIES_FILE = PackagedFile(
    "word2vec/wordsim353.tsv",
    "gensim",
    "test/test_data/wordsim353.tsv",
    "f92a022fc2537793a15bc3a8c162ebcd74990e033a228bb6388cb71e4c0b1e1d",
)
WIDTH = 300


def with_google_news(dataset: Dataset) -> Dataset:
    """Return a set with the GoogleNews vectors of its words in each fold."""
    return replace(
        dataset,
        name=f"{dataset.name} with GoogleNews vectors",
        files=(*dataset.files, GOOGLE_NEWS_FILE),
        load=partial(load_with_vectors, load=dataset.load),
        lookalike=partial(_write_lookalike_with_vectors, dataset=dataset),
        on_request="needs the GoogleNews vectors (1.7 GB), see `retable data fetch 'GoogleNews vectors'`",
    )


def load_files(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return the path of the vectors for training, and the path of the analogies for test."""
    nothing = np.zeros(0, "int32")
    return Fold(Split(paths[0], nothing), None, Split(paths[1], nothing))


def write_lookalike(folder: Path) -> list[Path]:
    """Write vectors, and two sections of analogies over their words."""
    questions = folder / "questions.txt"
    questions.write_text(": first\nbaba baco badi bafu\n: gram-second\nbage baha baki balo\n", "utf-8")
    return [_write_vectors(folder), questions]


def _write_lookalike_with_vectors(folder: Path, *, dataset: Dataset) -> Sequence[Path]:
    return [*dataset.lookalike(folder), _write_vectors(folder)]


def _write_vectors(folder: Path) -> Path:
    """Write a gzipped binary file of vectors for half of the generated words."""
    words = [a + b for a in SYLLABLES for b in SYLLABLES if (a < b or a == "ba")] + ["sign0", "Sign1", "?"]
    numbers = np.random.default_rng(0).normal(0, 0.15, (len(words), WIDTH)).astype("<f4")
    path = folder / "vectors.bin.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(f"{len(words)} {WIDTH}\n".encode())
        for word, row in zip(words, numbers, strict=True):
            stream.write(word.encode() + b" " + row.tobytes())
    return path


GOOGLE_NEWS = Dataset(
    name="GoogleNews vectors",
    source="Mikolov et al. (2013), 3,000,000 words, and their analogies as gensim ships them",
    classes=0,
    files=(GOOGLE_NEWS_FILE, ANALOGIES_FILE),
    load=load_files,
    lookalike=write_lookalike,
)
