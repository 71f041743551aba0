"""Pre-trained word vectors, and the sets that vectors are evaluated on.

GoogleNews, 31,530 words: rows of the full file for the words of a list of ours, which most tokens of Kim's
(2014) data sets are. They come from two published packages: 13,013 unchanged, and 18,517 as unit vectors, from
whose bits the row follows but for a power of two, which is uncertain for 140. Both packages have 7,906 of the
words, with equal rows. `retable vectors take` makes the file from the full one.
"""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from data_pipelines.archives import plain
from data_pipelines.dataset import Dataset, Fold, PackagedFile, RemoteFile, Split, no_examples
from data_pipelines.datasets.generated import SYLLABLES
from data_pipelines.text.vector_files import blocks
from data_pipelines.text.word2vec import load_with_listed, load_with_vectors

GOOGLE_NEWS_FILE = RemoteFile(
    "word2vec/word2vec-google-news-300.gz",
    "https://github.com/RaRe-Technologies/gensim-data/releases/download/word2vec-google-news-300/"
    "word2vec-google-news-300.gz",
    "md5:a5e5354d40acb95f9ec66d5977d140ef",
    1743563840,
    terms="no licence stated",
    on_request=True,
)
ROWS = "GoogleNews, 31,530 words"
ROWS_FILE = RemoteFile(
    "google_news_subset/googlenews-31530-words.bin.gz",
    "31,530 rows of GoogleNews-vectors-negative300.bin",
    "unpacked:ff739ce37b1d693f90c2519e064660732f4353539e44356ac8520ef29802108b",
    18126576,
    terms="no licence stated",
    on_request=True,
)
LISTED_FILE = PackagedFile(
    "google_news_subset/words.txt",
    "data_pipelines",
    "datasets/google_news_words.txt",
    "11e8d12ca39738bb90174d32902ab48a481671eb5ea8fd3775d9696a34b40484",
)
VOCABULARY = "GoogleNews vocabulary"
VOCABULARY_FILE = RemoteFile(
    "google_news_subset/googlenews-vocabulary.txt.xz",
    "one file of vocabulary_01.txt to vocabulary_30.txt, end to end, plain or compressed, from "
    "https://github.com/chrisjmccormick/inspect_word2vec/tree/2a880802b0efce54009ccab347d9f8a08f8a79b7/vocabulary",
    "unpacked:eb0083ff71b30779156c713d0520ad221e910c26049c3a8573cc12a5e1f53a5c",
    18021256,
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
HALF = [a + b for a in SYLLABLES for b in SYLLABLES if (a < b or a == "ba")] + ["sign0", "Sign1", "?"]
ROYAL, FOOD = ("king", "queen", "man", "woman"), ("sushi", "sausage", "wine", "beer")
ANALOGOUS = [*ROYAL, *FOOD, *("Japan", "Tokyo", "France", "Paris", "Germany", "Italy"), *HALF]


def with_google_news(dataset: Dataset) -> Dataset:
    """Return a set with the GoogleNews vectors of its words in each fold."""
    why = "needs the GoogleNews vectors (1.7 GB), see `retable data fetch 'GoogleNews vectors'`"
    return _joined(dataset, GOOGLE_NEWS, load_with_vectors, why)


def with_rows(dataset: Dataset) -> Dataset:
    """Return a set with the GoogleNews vectors of those of its words that are among the 31,530."""
    return _joined(dataset, GOOGLE_NEWS_ROWS, load_with_vectors, GOOGLE_NEWS_ROWS.on_request)


def with_vocabulary(dataset: Dataset) -> Dataset:
    """Return a set with a mark for those of its words that GoogleNews has, in each fold."""
    return _joined(dataset, GOOGLE_NEWS_VOCABULARY, load_with_listed, GOOGLE_NEWS_VOCABULARY.on_request)


def _joined(dataset: Dataset, other: Dataset, load: Callable[..., Fold], why: str) -> Dataset:
    """Return a set with what the first file of another one has of its words."""
    return replace(
        dataset,
        name=f"{dataset.name} with {other.name}",
        files=(*dataset.files, other.files[0]),
        load=partial(load, load=dataset.load),
        lookalike=partial(_write_both, dataset=dataset, other=other),
        on_request=why,
    )


@cache
def listed_words() -> frozenset[str]:
    """Return the 31,530 words."""
    path = Path(__file__).parent / "google_news_words.txt"
    return frozenset(path.read_text("utf-8").split("\n")[:-1])


def load_rows(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return words and their vectors, float32 (words, width), without examples."""
    words: list[str] = []
    vectors: list[np.ndarray] = []
    for some, block in blocks(paths[0]):
        words += some
        vectors.append(block)
    return no_examples(paths, fold, seed)._replace(vocabulary=tuple(words), vectors=np.concatenate(vectors))


def load_vocabulary(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return words without examples."""
    with plain(paths[0]) as stream:
        words = tuple(line.decode().removesuffix("\n") for line in stream)
    return no_examples(paths, fold, seed)._replace(vocabulary=words)


def load_files(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return the path of the vectors for training, and the path of the analogies for test."""
    nothing = np.zeros(0, "int32")
    return Fold(Split(paths[0], nothing), None, Split(paths[1], nothing))


def write_lookalike(folder: Path) -> list[Path]:
    """Write vectors, and two sections of analogies over their words."""
    questions = folder / "questions.txt"
    questions.write_text(": first\nbaba baco badi bafu\n: gram-second\nbage baha baki balo\n", "utf-8")
    return [_write_vectors(folder, HALF), questions]


def write_rows(folder: Path) -> list[Path]:
    """Write vectors for words of analogies, and the list of these words."""
    listed = folder / "listed.txt"
    listed.write_text("\n".join(ANALOGOUS) + "\n", "utf-8")
    return [_write_vectors(folder, ANALOGOUS), listed]


def write_vocabulary(folder: Path) -> list[Path]:
    """Write a list of half of the generated words."""
    path = folder / "vocabulary.txt"
    path.write_text("\n".join(HALF) + "\n", "utf-8")
    return [path]


def _write_both(folder: Path, *, dataset: Dataset, other: Dataset) -> Sequence[Path]:
    return [*dataset.lookalike(folder), other.lookalike(folder)[0]]


def _write_vectors(folder: Path, words: Sequence[str]) -> Path:
    """Write a gzipped binary file of vectors."""
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
GOOGLE_NEWS_ROWS = Dataset(
    name=ROWS,
    source="Mikolov et al. (2013), the rows of words that we listed",
    classes=0,
    files=(ROWS_FILE, LISTED_FILE),
    load=load_rows,
    lookalike=write_rows,
    on_request=f"rows from a mirror, or from the full file, see `retable data fetch {ROWS!r}`",
)
GOOGLE_NEWS_VOCABULARY = Dataset(
    name=VOCABULARY,
    source="the words of the GoogleNews vectors, as C. McCormick published them",
    classes=0,
    files=(VOCABULARY_FILE,),
    load=load_vocabulary,
    lookalike=write_vocabulary,
    on_request=f"a list of 3,000,000 words, from a mirror only, see `retable data fetch {VOCABULARY!r}`",
)
