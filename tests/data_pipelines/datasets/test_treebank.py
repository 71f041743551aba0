"""The Stanford Sentiment Treebank: its trees, malformed ones, and the facts of Kim (2014), table 1."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.treebank import SST1, SST2, distinct_phrases, phrases, read_trees
from data_pipelines.download import fetch
from data_pipelines.text.tokens import treebank_tokens, vocabulary


def test_phrases_of_a_tree():
    assert phrases("(3 (2 It) (4 (2 really) (3 Works)))") == [
        ("it really works", 3),
        ("it", 2),
        ("really works", 4),
        ("really", 2),
        ("works", 3),
    ]


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        ("(3 (2 It)", "not closed"),
        ("(3 It))", "too many"),
        ("((2 It))", "without a label"),
        ("", "no tree"),
        ("(1 a) (2 b)", "a second tree"),
        ("(12 x)", "without a label"),
    ],
)
def test_a_malformed_tree_is_named(tmp_path, tree, reason):
    path = tmp_path / "train.txt"
    path.write_text(f"(2 fine)\n{tree}\n(2 fine)\n")
    with pytest.raises(DataError, match=f"train.txt, line 2: .*{reason}"):
        list(read_trees(path))


def test_the_first_label_counts():
    assert distinct_phrases(iter([("a", 1), ("b", 2), ("a", 4)])) == [("a", 1), ("b", 2)]


@pytest.fixture(scope="module")
def roots(real):
    """Return the sentences of all real trees, with their labels."""
    return [tree[0] for file in SST1.files for tree in read_trees(fetch(file))]


TABLE_1 = {  # sizes of the parts; sentences, distinct words (16185 in print for SST-2), longest and mean length
    "SST-1": ((156817, 1101, 2210), (11855, 17836, 53, 18.38)),
    "SST-2": ((76961, 872, 1821), (9613, 16188, 53, 18.52)),
}


@pytest.mark.parametrize("dataset", [pytest.param(SST1, marks=pytest.mark.slow), SST2], ids=["SST-1", "SST-2"])
def test_the_treebank_is_that_of_table_1(dataset, real, roots):
    sizes, facts = TABLE_1[dataset.name]
    assert tuple(len(split.y) for split in real(dataset)[:3]) == sizes
    sentences = [treebank_tokens(text) for text, label in roots if dataset is SST1 or label != 2]
    lengths = [len(sentence) for sentence in sentences]
    assert (len(sentences), len(vocabulary(sentences)), max(lengths), round(np.mean(lengths), 2)) == facts
