"""The Stanford Sentiment Treebank: trees of labelled phrases, used as in Kim (2014).

Source: Socher et al. (2013); sizes from Kim (2014), table 1, and from the phrase files of harvardnlp.
The training part has every distinct phrase of the training trees with its first label, from the root down;
validation and test parts have sentences only.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data_pipelines.dataset import DataError, Dataset, Fold, RemoteFile, Split
from data_pipelines.datasets.generated import VOCABULARY
from data_pipelines.datasets.sentences import encoded
from data_pipelines.text.tokens import treebank_tokens

ADDRESS = "https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip"
ARCHIVE_SHA256 = "5c613a4f673fc74097d523a2c83f38e0cc462984d847b82c7aaf36b01cbbbfcc"
TOKEN = re.compile(r"\(([0-4])(?=[\s(])|\)|[^\s()]+|\(")

Phrase = tuple[str, int]


def phrases(tree: str) -> list[Phrase]:
    """Return the text and label of every node of a tree "(3 (2 It) (4 works))", the root first.

    Raises ValueError if brackets do not match or a node has no label.
    """
    labels: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    open_nodes: list[int] = []
    leaves: list[str] = []
    for match in TOKEN.finditer(tree):
        text, label = match.group(), match.group(1)
        if label is not None:
            if labels and not open_nodes:
                raise ValueError("a second tree")
            open_nodes.append(len(labels))
            labels.append(int(label))
            starts.append(len(leaves))
            ends.append(0)
        elif text == ")" and open_nodes:
            ends[open_nodes.pop()] = len(leaves)
        elif text in ("(", ")"):
            raise ValueError("a bracket without a label" if text == "(" else "a bracket too many")
        else:
            leaves.append(text)
    if open_nodes or not labels:
        raise ValueError("a bracket is not closed" if open_nodes else "no tree")
    return [(" ".join(leaves[a:b]).lower(), label) for a, b, label in zip(starts, ends, labels, strict=True)]


def read_trees(path: Path) -> Iterator[list[Phrase]]:
    """Yield the phrases of every tree, one per line. Raises DataError with file and line number."""
    for number, line in enumerate(path.read_text("utf-8").removesuffix("\n").split("\n"), start=1):
        try:
            yield phrases(line)
        except ValueError as error:
            raise DataError(
                f"{path}, line {number}: {error}. Expected a tree like (3 (2 It) (4 works))."
            ) from error


def distinct_phrases(nodes: Iterable[Phrase]) -> list[Phrase]:
    """Return every text once, with its first label."""
    first: dict[str, int] = {}
    for text, label in nodes:
        first.setdefault(text, label)
    return list(first.items())


def load_treebank(paths: Sequence[Path], fold: int, seed: int, *, classes: int, phrases_too: bool = True) -> Fold:
    """Return training phrases, or sentences alone, and validation and test sentences.

    With two classes, neutral ones are left out.
    """
    trees = [list(read_trees(path)) for path in paths]
    nodes = [[tree[0] for tree in part] for part in trees]
    if phrases_too:
        nodes[0] = distinct_phrases(node for tree in trees[0] for node in tree)
    parts = [_labelled(part, classes) for part in nodes]
    vocabulary, encodings = encoded([[treebank_tokens(text) for text, _ in part] for part in parts])
    train, valid, test = (
        Split(x, np.array([label for _, label in part], "int32")) for x, part in zip(encodings, parts, strict=True)
    )
    return Fold(train, valid, test, vocabulary)


def _labelled(part: Sequence[Phrase], classes: int) -> list[Phrase]:
    if classes == 5:
        return list(part)
    return [(text, int(label > 2)) for text, label in part if label != 2]


def write_lookalike(folder: Path, *, sentences: int = 60) -> list[Path]:
    """Write labelled trees, one per line, for training, validation and test."""
    rng = np.random.default_rng(0)
    paths = [folder / name for name in ("train.txt", "dev.txt", "test.txt")]
    for path in paths:
        path.write_text("".join(_tree(number % 5, rng) + "\n" for number in range(sentences)), "utf-8")
    return paths


def _tree(label: int, rng: np.random.Generator) -> str:
    tree = f"({label} Sign{label})"
    for word in rng.choice(VOCABULARY, rng.integers(2, 9)).tolist():
        tree = f"({label} ({rng.integers(0, 5)} {word}) {tree})"
    return tree


def _file(name: str, size: int, sha256: str) -> RemoteFile:
    terms = "no explicit licence; cite Socher et al. (2013)"
    return RemoteFile(f"sst/{name}", ADDRESS, sha256, size, f"trees/{name}", ARCHIVE_SHA256, terms)


FILES = (
    _file("train.txt", 2160058, "e2f3f41b0b1e6d4dddc0effe3bfc2d27ed8928079aa9a03d652311614fc5feb7"),
    _file("dev.txt", 280825, "0e9336aed6e4730e19f58d00a77b3f0297efdb755f7b5e598c98a05e3f97ea40"),
    _file("test.txt", 559614, "6e54806dee95cf80cd918e7dfb3f6770f6df24bf826f289a4d1f709e1c8f6761"),
)
SST1 = Dataset(
    name="SST-1",
    source="Socher et al. (2013)",
    classes=5,
    examples=156817 + 1101 + 2210,
    files=FILES,
    load=partial(load_treebank, classes=5),
    lookalike=write_lookalike,
)
SST2 = Dataset(
    name="SST-2",
    source="Socher et al. (2013)",
    classes=2,
    examples=76961 + 872 + 1821,
    files=FILES,
    load=partial(load_treebank, classes=2),
    lookalike=write_lookalike,
)
