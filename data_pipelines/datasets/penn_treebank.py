"""Text for language models, a sentence a line: the Penn Treebank as Mikolov prepared it.

Source: Kim et al. (2016), section 4.1, and its authors' code: the unknown word is written as |, every line ends
with the word +, braces are removed, and the vocabulary is that of all three parts.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_pipelines import lookalike
from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split

UNKNOWN, END = "|", "+"
BRACES = str.maketrans("", "", "{}")


def read_words(path: Path) -> list[str]:
    """Return the words of a text in their order, each line closed by END. Raises DataError without any."""
    words: list[str] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words += line.replace("<unk>", UNKNOWN).translate(BRACES).split()
            words.append(END)
    if len(words) == words.count(END):
        raise DataError(f"{path} has no words.")
    return words


def load_text(paths: Sequence[Path], fold: int, seed: int) -> Fold:
    """Return each part as a stream of symbols, int32 (tokens,), with the next symbol as its label.

    The last symbol's label is the first one. Symbols are numbered from 1 in the order of their first appearance.
    """
    parts = [read_words(path) for path in paths]
    vocabulary = tuple(dict.fromkeys(word for part in parts for word in part))
    numbers = {word: number for number, word in enumerate(vocabulary, start=1)}
    streams = [np.array([numbers[word] for word in part], "int32") for part in parts]
    train, valid, test = (Split(stream, np.roll(stream, -1)) for stream in streams)
    return Fold(train, valid, test, vocabulary)


def _file(name: str, size: int, sha256: str) -> RemoteFile:
    address = "https://raw.githubusercontent.com/yoonkim/lstm-char-cnn/ff8e3176f0348a5e36165b5ea42033e748c31150/data/ptb/"
    return RemoteFile(
        f"ptb/{name}", address + name, sha256, size, terms="Linguistic Data Consortium; widely copied"
    )


PTB = Dataset(
    name="PTB",
    source="Kim et al. (2016), table 1: 929,589, 73,760 and 82,430 tokens with the end of sentence",
    classes=10000,
    examples=929589 + 73760 + 82430,
    files=(
        _file("train.txt", 5101618, "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf"),
        _file("valid.txt", 399782, "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2"),
        _file("test.txt", 449945, "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0"),
    ),
    load=load_text,
    lookalike=lookalike.text,
)
