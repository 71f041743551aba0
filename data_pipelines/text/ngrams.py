"""Word n-grams by 64-bit hashes: the most frequent ones of a corpus of any size, exactly, and how often texts have
them.

Counting in buckets before n-grams are counted is J. S. Park, M.-S. Chen & P. S. Yu, "An Effective Hash-Based
Algorithm for Mining Association Rules", SIGMOD 1995: an n-gram is as frequent as its bucket at most.
Of n different n-grams some two share a hash with a probability of n^2 / 2^65: one in seventy for 7e8 of them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from data_pipelines.text.corpus import Block, Corpus

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a first word is lost
FEWEST_BITS, MOST_BITS = 16, 28  # of a bucket's number: 1 GB of counters at most
MOST_PENDING = 1 << 23


def hashed(corpus: Corpus) -> Iterator[Block]:
    """Yield the blocks of a corpus with hashes, uint64, for words."""
    return (block._replace(words=corpus.hashes[block.words]) for block in corpus.blocks())


def ngrams(words: np.ndarray, texts: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the hashes of all n-grams up to `longest` words, uint64 (n-grams,), and the text of each."""
    found, owners = [words], [texts]
    hashes = words
    for n in range(2, longest + 1):
        hashes = hashes[:-1] * FACTOR + words[n - 1 :]
        is_inside = texts[: len(hashes)] == texts[n - 1 :]
        found.append(hashes[is_inside])
        owners.append(texts[: len(hashes)][is_inside])
    return np.concatenate(found), np.concatenate(owners)


def frequent_ngrams(corpus: Corpus, longest: int, most: int) -> np.ndarray:
    """Return the hashes of the `most` most frequent n-grams up to `longest` words, sorted, uint64.

    Exact: only n-grams of rare buckets go uncounted, and they are rarer than all that are returned. Of equally
    frequent ones those with smaller hashes are taken. Memory grows with the corpus up to 1 GB of buckets, and as
    much to rank them.
    """
    bits = int(np.clip(np.ceil(np.log2(max(len(corpus.numbers) * longest, 1))), FEWEST_BITS, MOST_BITS))
    buckets = _buckets(corpus, longest, np.uint64(64 - bits))
    least = _frequency_of(buckets, 2 * most)
    hashes, counts = _counted(corpus, longest, buckets, least)
    while least > 1 and (len(counts) < most or np.partition(counts, -most)[-most] < least):
        least //= 2
        hashes, counts = _counted(corpus, longest, buckets, least)
    chosen = np.lexsort((hashes, -counts))[:most]
    return np.sort(hashes[chosen])


def counts(corpus: Corpus, known: np.ndarray, longest: int) -> tuple[Any, np.ndarray]:
    """Return how often each text has each known n-gram, and the classes of the texts.

    `known`: sorted hashes. A sparse matrix of SciPy, float32 (texts, known n-grams); int32 (texts,).
    """
    import pandas
    from scipy import sparse

    columns = pandas.Index(known)
    rows, labels = [], []
    for block in hashed(corpus):
        hashes, texts = ngrams(block.words, block.texts, longest)
        places = columns.get_indexer(hashes)
        is_known = places >= 0
        where = (texts[is_known], places[is_known])
        ones = np.ones(len(where[0]), "float32")
        rows.append(sparse.csr_matrix((ones, where), shape=(len(block.y), len(known))))
        labels.append(block.y)
    return sparse.vstack(rows, format="csr"), np.concatenate(labels)


def _hashes(corpus: Corpus, longest: int) -> Iterator[np.ndarray]:
    return (ngrams(block.words, block.texts, longest)[0] for block in hashed(corpus))


def _buckets(corpus: Corpus, longest: int, shift: np.uint64) -> np.ndarray:
    """Return how many n-grams fall into each bucket, by the first bits of their hashes."""
    found = np.zeros(1 << (64 - int(shift)), "uint32")
    for hashes in _hashes(corpus, longest):
        np.add.at(found, hashes >> shift, np.uint32(1))
    return found


def _frequency_of(buckets: np.ndarray, rank: int) -> int:
    """Return how many n-grams the bucket of a rank has, at least 1."""
    if rank >= len(buckets):
        return 1
    return max(1, int(np.partition(buckets, -rank)[-rank]))


def _counted(corpus: Corpus, longest: int, buckets: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n-grams of buckets that have `least` or more, and how many of each there are."""
    shift = np.uint64(64 - int(np.log2(len(buckets))))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for hashes in _hashes(corpus, longest):
        found.append(np.unique(hashes[buckets[hashes >> shift] >= least], return_counts=True))
        if sum(len(part) for part, _ in found[1:]) > MOST_PENDING:
            found = [_summed(found)]
    return _summed(found)


def _summed(found: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    hashes, place = np.unique(np.concatenate([part for part, _ in found]), return_inverse=True)
    numbers = np.concatenate([count for _, count in found])
    return hashes, np.bincount(place, weights=numbers).astype("int64")
