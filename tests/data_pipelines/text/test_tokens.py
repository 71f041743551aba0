"""Tokens of sentences, and their encoding."""

import numpy as np
import pytest

from data_pipelines.text.tokens import encode, tokens, treebank_tokens, vocabulary


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
