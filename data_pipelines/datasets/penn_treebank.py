"""Text for language models, one sentence per line: the Penn Treebank as Mikolov prepared it.

Source: Kim et al. (2016), section 4.1, and the authors' code: the unknown word is written as |, every line ends
with the word +, braces are removed, and the vocabulary covers all three parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import SYLLABLES

UNKNOWN, END = "|", "+"
BRACES = str.maketrans("", "", "{}")


def read_words(path: Path, end: str = END) -> list[str]:
    """Return the words of a text in order, with `end` behind each line. Raises DataError if there are none."""
    words: list[str] = []
    found = False
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            in_line = line.replace("<unk>", UNKNOWN).translate(BRACES).split()
            found = found or bool(in_line)
            words += [*in_line, end] if end else in_line
    if not found:
        raise DataError(f"{path} has no words.")
    return words


def load_text(paths: Sequence[Path], fold: int, seed: int, *, end: str = END) -> Fold:
    """Return each part as a stream of symbols, int32 (tokens,), with the next symbol as the label of each.

    The last symbol's label is the first symbol. Symbols are numbered from 1 in the order of first appearance.
    A token "|x" + spelling is an unknown word with a known spelling: its symbol comes after all words, and its
    label is UNKNOWN.
    """
    parts = [read_words(path, end) for path in paths]
    tokens = dict.fromkeys(token for part in parts for token in part)
    vocabulary = tuple(dict.fromkeys([*map(_label, tokens), *tokens]))
    numbers = {token: number for number, token in enumerate(vocabulary, start=1)}
    train, valid, test = (
        Split(_numbers(part, numbers), np.roll(_numbers(map(_label, part), numbers), -1)) for part in parts
    )
    return Fold(train, valid, test, vocabulary)


def known_words(vocabulary: Sequence[str]) -> int:
    """Count the words, which are also the labels: the first symbols of a vocabulary."""
    return sum(_label(token) == token for token in vocabulary)


def spellings(vocabulary: Sequence[str]) -> list[str]:
    """Return the characters of every symbol."""
    return [token if _label(token) == token else token[2:] for token in vocabulary]


def write_lookalike(folder: Path, *, lines: int = 120) -> list[Path]:
    """Write one sentence per line for training, validation and test; each word determines the next one."""
    rng = np.random.default_rng(0)
    words = [first + second for first in SYLLABLES[:6] for second in SYLLABLES[:6]]
    paths = [folder / name for name in ("train.txt", "valid.txt", "test.txt")]
    for path, count in zip(paths, (lines, lines, lines // 6), strict=True):
        starts, lengths = rng.integers(0, len(words), count), rng.integers(3, 12, count)
        sentences = [
            " ".join(words[(start + 5 * step) % len(words)] for step in range(length))
            for start, length in zip(starts, lengths, strict=True)
        ]
        path.write_text("".join(f" {sentence} <unk> \n" for sentence in sentences), "utf-8")
    return paths


def _label(token: str) -> str:
    return UNKNOWN if token[0] == UNKNOWN else token


def _numbers(tokens: Iterable[str], numbers: Mapping[str, int]) -> np.ndarray:
    return np.array([numbers[token] for token in tokens], "int32")


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
    lookalike=write_lookalike,
)
