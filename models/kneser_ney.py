"""Interpolated Kneser-Ney n-gram language models, with one discount per order or three (modified).

Source: Chen & Goodman (1998), An Empirical Study of Smoothing Techniques for Language Modeling, section 3. Nothing
precedes the start of a sentence, so n-grams that begin there keep their raw counts.
"""

from typing import NamedTuple

import numpy as np


class NGrams(NamedTuple):
    """The n-grams of one length, sorted by key."""

    keys: np.ndarray
    discounted: np.ndarray  # counts
    sums: np.ndarray  # of the counts, by context
    shares: np.ndarray  # of each context's probability, given to the shorter n-grams


class KneserNey:
    """An n-gram model of sentences; words are numbered from 0 to `words` - 1, and `end` ends a sentence."""

    def __init__(self, tokens: np.ndarray, *, words: int, end: int, order: int = 5, modified: bool = True) -> None:
        self.words, self.end, self.length = words, end, order
        stream, depth = self._with_starts(tokens)
        ending = [stream.astype("int64")]  # by length: the index of the n-gram that ends at each position
        keys: list[np.ndarray] = [np.arange(words + 1)]
        for length in range(2, order + 1):
            found = np.roll(ending[-1], 1) * (words + 1) + stream  # index of the context, then the last word
            known, inverse = np.unique(found[depth >= length - 1], return_inverse=True)
            index = np.full(len(stream), -1)
            index[depth >= length - 1] = inverse
            ending.append(index)
            keys.append(known)
        self.orders = [self._ngrams(length, ending, keys, depth, modified) for length in range(1, order + 1)]

    def probabilities(self, tokens: np.ndarray) -> np.ndarray:
        """Return the probability of each token given the earlier ones of its sentence: float64 (tokens,)."""
        stream, depth = self._with_starts(tokens)
        chances = np.full(len(stream), 1 / self.words)
        index = np.zeros(len(stream), "int64")
        for length, ngrams in enumerate(self.orders, start=1):
            context = np.roll(index, 1) if length > 1 else index
            wanted = stream if length == 1 else context * (self.words + 1) + stream
            at = np.minimum(np.searchsorted(ngrams.keys, wanted), len(ngrams.keys) - 1)
            is_long = depth >= length - 1
            is_known = is_long & (context >= 0) & (ngrams.keys[at] == wanted)
            after = is_long & (context >= 0) & (ngrams.sums[context] > 0)
            counted = np.where(is_known, ngrams.discounted[at], 0.0)
            sums = np.where(after, ngrams.sums[context], 1.0)
            chances = np.where(after, counted / sums + ngrams.shares[context] * chances, chances)
            index = np.where(is_known, at, -1)
        return chances[depth > 0]

    def _with_starts(self, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens with a start symbol before each sentence, and the position of each in its sentence."""
        begins = np.flatnonzero(np.concatenate([[True], tokens[:-1] == self.end]))
        stream = np.insert(tokens.astype("int64"), begins, self.words)
        starts = np.flatnonzero(stream == self.words)
        lengths = np.diff(np.append(starts, len(stream)))
        return stream, np.arange(len(stream)) - np.repeat(starts, lengths)

    def _ngrams(self, length, ending, keys, depth, modified) -> NGrams:
        counts = self._counts(length, ending, keys, depth)
        discounts = _discounts(counts, modified)[np.minimum(counts, 3)]
        contexts = keys[length - 1] // (self.words + 1) if length > 1 else np.zeros(len(counts), "int64")
        size = len(keys[length - 2]) if length > 1 else 1
        sums = np.bincount(contexts, counts, size)
        kept = np.bincount(contexts, np.where(counts > 0, discounts, 0.0), size)
        shares = np.divide(kept, sums, out=np.ones(size), where=sums > 0)
        return NGrams(keys[length - 1], np.maximum(counts - discounts, 0.0), sums, shares)

    def _counts(self, length, ending, keys, depth) -> np.ndarray:
        """Count occurrences of the longest n-grams; count shorter ones by the distinct words before them."""
        size = len(keys[length - 1])
        index = ending[length - 1]
        if length == self.length:
            return np.bincount(index[depth >= length - 1], minlength=size)
        longer = ending[length]
        _, first = np.unique(longer[depth >= length], return_index=True)
        counts = np.bincount(index[depth >= length][first], minlength=size)
        if length > 1:  # n-grams that begin a sentence
            counts += np.bincount(index[depth == length - 1], minlength=size)
        return counts


def _discounts(counts: np.ndarray, modified: bool) -> np.ndarray:
    """Return the discounts of counts of 0, 1, 2, and 3 or more, from the counts of counts 1 to 4."""
    ones, twos, threes, fours = (int(np.count_nonzero(counts == number)) for number in range(1, 5))
    share = ones / max(1, ones + 2 * twos)
    if not modified:
        return np.array([0.0, share, share, share])
    occurring = [ones, twos, threes, fours]
    taken = [n - (n + 1) * share * occurring[n] / max(1, occurring[n - 1]) for n in (1, 2, 3)]
    return np.clip(np.array([0.0, *taken]), 0.0, np.arange(4.0))
