"""Word n-grams by 64-bit hashes: the most frequent of a corpus of any size, exactly, and their counts in texts.

Source: J. S. Park, M.-S. Chen & P. S. Yu, "An Effective Hash-Based Algorithm for Mining Association Rules", SIGMOD
1995, for counting buckets before n-grams: an n-gram is at most as frequent as its bucket.
Among n distinct n-grams two share a hash with probability n^2 / 2^65: one in seventy for 7e8 of them.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from data_pipelines.text.corpus import Corpus
from data_pipelines.text.ragged import Ragged

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a first word is lost
FEWEST_BITS, MOST_BITS = 16, 28  # of a bucket's number: at most 1 GB of counters
MOST_PENDING = 1 << 23


def hashed(corpus: Corpus) -> Iterator[Ragged]:
    """Yield the texts of a corpus by the block as hashes of their words, uint64."""
    return (replace(block, values=corpus.hashes[block.values]) for block in corpus.texts.blocks())


def ngrams(texts: Ragged, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the hashes of all n-grams up to `longest` words, uint64 (n-grams,), and the text of each.

    `texts` are hashes of words.
    """
    words, owners = texts.values, texts.owners()
    hashes, found, found_owners = words, [words], [owners]
    for n in range(2, longest + 1):
        hashes = hashes[:-1] * FACTOR + words[n - 1 :]
        is_inside = owners[: len(hashes)] == owners[n - 1 :]
        found.append(hashes[is_inside])
        found_owners.append(owners[: len(hashes)][is_inside])
    return np.concatenate(found), np.concatenate(found_owners)


def frequent_ngrams(corpus: Corpus, longest: int, most: int) -> np.ndarray:
    """Return the hashes of the `most` most frequent n-grams up to `longest` words, sorted, uint64.

    Exact: only n-grams of rare buckets are not counted, and they are rarer than all that are returned. Of equally
    frequent n-grams the smaller hashes are taken. Buckets take up to 1 GB of memory, and as much to rank them.
    """
    size = len(corpus.texts.values) * longest
    bits = int(np.clip(np.ceil(np.log2(max(size, 1))), FEWEST_BITS, MOST_BITS))
    buckets = _buckets(corpus, longest, np.uint64(64 - bits))
    least = _frequency_of(buckets, 2 * most)
    hashes, counts = _counted(corpus, longest, buckets, least)
    while least > 1 and (len(counts) < most or np.partition(counts, -most)[-most] < least):
        least //= 2
        hashes, counts = _counted(corpus, longest, buckets, least)
    chosen = np.lexsort((hashes, -counts))[:most]
    return np.sort(hashes[chosen])


def counts(corpus: Corpus, known: np.ndarray, longest: int) -> Any:
    """Return how often each text has each known n-gram: a SciPy CSR matrix, float32 (texts, known n-grams).

    `known` are sorted hashes.
    """
    import pandas
    from scipy import sparse

    columns = pandas.Index(known)
    rows = []
    for block in hashed(corpus):
        hashes, owners = ngrams(block, longest)
        found = columns.get_indexer(hashes)
        is_known = found >= 0
        ones = np.ones(np.count_nonzero(is_known), "float32")
        where = (owners[is_known], found[is_known])
        rows.append(sparse.csr_matrix((ones, where), shape=(len(block), len(known))))
    return sparse.vstack(rows, format="csr")


def _hashes(corpus: Corpus, longest: int) -> Iterator[np.ndarray]:
    return (ngrams(block, longest)[0] for block in hashed(corpus))


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
    """Return the n-grams of buckets that have at least `least`, and how often each occurs."""
    shift = np.uint64(64 - int(np.log2(len(buckets))))
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for hashes in _hashes(corpus, longest):
        found.append(np.unique(hashes[buckets[hashes >> shift] >= least], return_counts=True))
        if sum(len(hashes) for hashes, _ in found[1:]) > MOST_PENDING:
            found = [_summed(found)]
    return _summed(found)


def _summed(found: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    hashes, inverse = np.unique(np.concatenate([hashes for hashes, _ in found]), return_inverse=True)
    numbers = np.concatenate([counts for _, counts in found])
    return hashes, np.bincount(inverse, weights=numbers).astype("int64")
