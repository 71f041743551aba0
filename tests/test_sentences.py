"""Sentence files: tokens, encoding, odd lines, and the facts of Kim (2014), table 1, on the real files."""

import numpy as np
import pytest

from data_pipelines.dataset import DataError
from data_pipelines.datasets.sentences import TREC, encoded, read
from data_pipelines.download import fetch
from data_pipelines.words import encode, tokens, treebank_tokens, vocabulary


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("It's (not) n't you'll, ok?!", r"it 's \( not \) n't you 'll , ok \? !"),
        ("they've we're he'd don't", "they 've we 're he 'd do n't"),
        ("caf\xe9 3-D * \x85 `quoted`", "caf 3 d `quoted`"),
        ("   ", ""),
    ],
)
def test_tokens(raw, expected):
    assert " ".join(tokens(raw)) == expected


def test_case_is_kept_where_asked():
    assert tokens("What is NASA ?", lower=False) == ["What", "is", "NASA", r"\?"]


def test_treebank_tokens_are_only_filtered():
    assert treebank_tokens("It 's a caf\xe9 (ok) -- n't") == ["it", "'s", "a", "caf", "(ok)", "n't"]


def test_encode_puts_words_between_zeros():
    words = vocabulary([["a", "b", "a"], ["c"]])
    assert words == ("a", "b", "c")
    np.testing.assert_array_equal(encode([["b", "c"], []], words, front=2, width=5), [[0, 0, 2, 3, 0], [0] * 5])
    with pytest.raises(ValueError, match="A sentence of 3 words. At most 2 fit."):
        encode([["a", "b", "c"]], words, front=1, width=3)


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


def test_trec_is_that_of_table_1(home, mirror, monkeypatch):
    monkeypatch.setenv("RETABLE_MIRROR", str(mirror))
    fold = TREC.load([fetch(file) for file in TREC.files], 0, 0)
    assert (len(fold.train.y), len(fold.test.y)) == (5452, 500)
    assert len(fold.vocabulary) == 9592
    assert np.bincount(np.concatenate([fold.train.y, fold.test.y])).tolist() == [1300, 1344, 95, 1288, 916, 1009]
    lengths = np.count_nonzero(np.concatenate([fold.train.x, fold.test.x]), axis=1)
    assert (lengths.max(), round(lengths.mean(), 2), fold.train.x.shape[1]) == (37, 10.05, 45)
