"""Sentence files: encoding, odd lines, and the facts of Kim (2014), table 1, on the real files."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError, Fold, Split
from data_pipelines.datasets.sentences import CR, MPQA, MR, SUBJ, TREC, encoded, read
from data_pipelines.text.tokens import tokens


def test_parts_share_vocabulary_and_width():
    words, (train, test) = encoded([[["a", "b"], ["c"]], [["d", "a", "a"]]])
    assert (len(words), train.shape, test.shape) == (4, (2, 3 + 8), (1, 3 + 8))
    assert set(np.flatnonzero(np.concatenate([train, test]).any(axis=0))) == {4, 5, 6}


@pytest.mark.parametrize(
    ("content", "labels", "lengths"),
    [
        (b"0 one\n1 two words\n", [0, 1], [1, 2]),
        (b"0 one\r\n1 two words\r\n", [0, 1], [1, 2]),
        (b"0 one\n1 two words", [0, 1], [1, 2]),
        (b"0 \n1 *\n", [0, 1], [0, 0]),
        (b"0\n1 a\n", [0, 1], [0, 1]),
        (b"0 a\x85b\n1 a\x0bb\x0cc\n", [0, 1], [2, 3]),
    ],
    ids=["LF", "CRLF", "no last line feed", "empty sentence", "label alone", "other line ends"],
)
def test_legal_files(tmp_path, content, labels, lengths):
    path = tmp_path / "set.all"
    path.write_bytes(content)
    sentences, found = read(path, 2, tokens)
    assert (found.tolist(), [len(sentence) for sentence in sentences]) == (labels, lengths)


@pytest.mark.parametrize("line", [b"2 label too large", b"x no number", b"", b"-1 negative"])
def test_a_malformed_line_is_named(tmp_path, line):
    path = tmp_path / "set.all"
    path.write_bytes(b"0 one\n" + line + b"\n1 two\n")
    with pytest.raises(DataError, match=r"set.all, line 2: the label is .*Expected a number from 0 to 1"):
        read(path, 2, tokens)


TABLE_1 = {  # classes, mean length, longest, N, |V|, class counts; |V| of Subj, CR and SST-2 is off the paper's
    "MR": (2, 20.39, 56, 10662, 18765, [5331, 5331]),
    "Subj": (2, 23.35, 120, 10000, 21322, [5000, 5000]),  # the paper has 21323
    "TREC": (6, 10.05, 37, 5952, 9592, [1300, 1344, 95, 1288, 916, 1009]),
    "CR": (2, 18.82, 105, 3775, 5339, [1368, 2407]),  # the paper has 5340
    "MPQA": (2, 3.06, 36, 10606, 6246, [7294, 3312]),
}


@pytest.mark.parametrize("dataset", [MR, SUBJ, TREC, CR, MPQA], ids=lambda dataset: dataset.name)
def test_a_real_set_is_that_of_table_1(real, dataset):
    fold = real(dataset)
    x, y = np.concatenate([fold.train.x, fold.test.x]), np.concatenate([fold.train.y, fold.test.y])
    lengths = np.count_nonzero(x, axis=1)
    found = (dataset.classes, round(lengths.mean(), 2), lengths.max(), len(y), len(fold.vocabulary))
    assert (*found, np.bincount(y).tolist()) == TABLE_1[dataset.name]
    assert x.shape[1] == lengths.max() + 8


@pytest.mark.parametrize(("dataset", "shortest"), [(CR, 0), (MPQA, 0), (MR, 1)], ids=["CR", "MPQA", "MR"])
def test_some_real_sentences_have_no_token_left(real, dataset, shortest):
    fold = real(dataset)
    assert np.count_nonzero(np.concatenate([fold.train.x, fold.test.x]), axis=1).min() == shortest


def test_the_ten_folds_part_the_set(real):
    folds = [real(CR, fold) for fold in range(10)]
    assert sum(len(fold.test.y) for fold in folds) == 3775
    assert {len(fold.train.y) + len(fold.test.y) for fold in folds} == {3775}
    assert len(real(CR, 0, seed=1).test.y) != len(folds[0].test.y)


def test_a_set_one_line_short_is_refused():
    fold = Fold(Split(None, np.zeros(10660)), None, Split(None, np.zeros(1)))
    with pytest.raises(DataError, match=r"MR has 10661 examples. Expected 10662 \(Pang & Lee \(2005\)\)"):
        MR.check(fold)
