"""Interpolated Kneser-Ney language models, with one discount or three for each order.

Source: Chen & Goodman (1998), An Empirical Study of Smoothing Techniques for Language Modeling, section 3. No word
comes before a sentence's start, so n-grams that begin there keep their true counts.
"""

from typing import NamedTuple

import numpy as np


class Order(NamedTuple):
    """The n-grams of one length: sorted keys and discounted counts; of every context the sum of its counts."""

    keys: np.ndarray
    discounted: np.ndarray
    sums: np.ndarray
    shares: np.ndarray  # of the probability that goes to shorter n-grams


class KneserNey:
    """An n-gram model of sentences that end with the word `end`; words are numbered from 0 to `words` - 1."""

    def __init__(self, tokens: np.ndarray, *, words: int, end: int, order: int = 5, modified: bool = True) -> None:
        self.words, self.end, self.length = words, end, order
        stream, depth = self._with_starts(tokens)
        places = [stream.astype("int64")]  # of each length, the number of the n-gram that ends there
        keys: list[np.ndarray] = [np.arange(words + 1)]
        for length in range(2, order + 1):
            found = self._keys(stream, places[-1])
            known, inverse = np.unique(found[depth >= length - 1], return_inverse=True)
            place = np.full(len(stream), -1)
            place[depth >= length - 1] = inverse
            places.append(place)
            keys.append(known)
        self.orders = [self._order(length, places, keys, depth, modified) for length in range(1, order + 1)]

    def probabilities(self, tokens: np.ndarray) -> np.ndarray:
        """Return the probability of each token after those before it in its sentence: float64 (tokens,)."""
        stream, depth = self._with_starts(tokens)
        chances = np.full(len(stream), 1 / self.words)
        place = np.zeros(len(stream), "int64")
        for length, order in enumerate(self.orders, start=1):
            context = np.roll(place, 1) if length > 1 else place
            wanted = stream if length == 1 else context * (self.words + 1) + stream
            at = np.minimum(np.searchsorted(order.keys, wanted), len(order.keys) - 1)
            is_long = depth >= length - 1
            is_known = is_long & (context >= 0) & (order.keys[at] == wanted)
            after = is_long & (context >= 0) & (order.sums[context] > 0)
            counted = np.where(is_known, order.discounted[at], 0.0)
            sums = np.where(after, order.sums[context], 1.0)
            chances = np.where(after, counted / sums + order.shares[context] * chances, chances)
            place = np.where(is_known, at, -1)
        return chances[depth > 0]

    def _with_starts(self, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens with a start before each sentence, and each one's place within its sentence."""
        begins = np.flatnonzero(np.concatenate([[True], tokens[:-1] == self.end]))
        stream = np.insert(tokens.astype("int64"), begins, self.words)
        starts = np.flatnonzero(stream == self.words)
        lengths = np.diff(np.append(starts, len(stream)))
        return stream, np.arange(len(stream)) - np.repeat(starts, lengths)

    def _keys(self, stream: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        """Return a number for the n-gram that ends at each place: that of its context, then its last word."""
        return np.roll(shorter, 1) * (self.words + 1) + stream

    def _order(self, length, places, keys, depth, modified) -> Order:
        counts = self._counts(length, places, keys, depth)
        discounts = _discounts(counts, modified)[np.minimum(counts, 3)]
        contexts = keys[length - 1] // (self.words + 1) if length > 1 else np.zeros(len(counts), "int64")
        size = len(keys[length - 2]) if length > 1 else 1
        sums = np.bincount(contexts, counts, size)
        kept = np.bincount(contexts, np.where(counts > 0, discounts, 0.0), size)
        shares = np.divide(kept, sums, out=np.ones(size), where=sums > 0)
        return Order(keys[length - 1], np.maximum(counts - discounts, 0.0), sums, shares)

    def _counts(self, length, places, keys, depth) -> np.ndarray:
        """Count n-grams of the full length as they occur, shorter ones by the words that they were seen after."""
        size = len(keys[length - 1])
        place = places[length - 1]
        if length == self.length:
            return np.bincount(place[depth >= length - 1], minlength=size)
        longer = places[length]
        _, first = np.unique(longer[depth >= length], return_index=True)
        counts = np.bincount(place[depth >= length][first], minlength=size)
        if length > 1:  # these begin their sentence
            counts += np.bincount(place[depth == length - 1], minlength=size)
        return counts


def perplexity(probabilities: np.ndarray) -> float:
    """Return the inverse of the geometric mean."""
    return float(np.exp(-np.mean(np.log(probabilities))))


def _discounts(counts: np.ndarray, modified: bool) -> np.ndarray:
    """Return what is taken off a count of 0, 1, 2, and 3 or more, from how many n-grams occur so often."""
    ones, twos, threes, fours = (int(np.count_nonzero(counts == number)) for number in range(1, 5))
    share = ones / max(1, ones + 2 * twos)
    if not modified:
        return np.array([0.0, share, share, share])
    occurring = [ones, twos, threes, fours]
    taken = [n - (n + 1) * share * occurring[n] / max(1, occurring[n - 1]) for n in (1, 2, 3)]
    return np.clip(np.array([0.0, *taken]), 0.0, np.arange(4.0))
