"""Sentences to tokens, and tokens to padded symbols.

Source: the preprocessing code that Kim (2014) published.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

FOREIGN = re.compile(r"[^A-Za-z0-9(),!?'`]")
CLITICS = tuple(re.compile(re.escape(clitic)) for clitic in ("'s", "'ve", "n't", "'re", "'d", "'ll"))
PUNCTUATION = re.compile(r"[,!]")
ESCAPED = re.compile(r"[()?]")  # these get a backslash: one more character, still one token


def tokens(sentence: str, *, lower: bool = True) -> list[str]:
    """Split a raw sentence, as Kim (2014) does for every set but SST."""
    text = FOREIGN.sub(" ", sentence)
    for clitic in CLITICS:
        text = clitic.sub(lambda match: f" {match.group()}", text)
    text = PUNCTUATION.sub(lambda match: f" {match.group()} ", text)
    text = ESCAPED.sub(lambda match: f" \\{match.group()} ", text)
    return (text.lower() if lower else text).split()


def treebank_tokens(sentence: str) -> list[str]:
    """Split a tokenised sentence, as Kim (2014) does for SST."""
    return FOREIGN.sub(" ", sentence).lower().split()


def vocabulary(sentences: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return every distinct token in the order of first occurrence."""
    return tuple(dict.fromkeys(token for sentence in sentences for token in sentence))


def encode(sentences: Sequence[Sequence[str]], words: Sequence[str], *, front: int, width: int) -> np.ndarray:
    """Return int32 (sentences, width): `front` zeros, the words numbered from 1, zeros to the end.

    Raises ValueError if a sentence does not fit.
    """
    index = {word: symbol for symbol, word in enumerate(words, start=1)}
    encoded = np.zeros((len(sentences), width), "int32")
    for row, sentence in zip(encoded, sentences, strict=True):
        if front + len(sentence) > width:
            raise ValueError(f"A sentence of {len(sentence)} words. At most {width - front} fit.")
        row[front : front + len(sentence)] = [index[word] for word in sentence]
    return encoded
