"""Word vectors by word2vec; the only door to gensim."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def train_vectors(
    sentences: Iterable[Sequence[str]],
    *,
    seed: int,
    width: int = 100,
    window: int = 5,
    min_count: int = 5,
    epochs: int = 5,
    skip_gram: bool = False,
    negative: int = 5,
) -> Any:
    """Train word2vec with negative sampling on one thread, so that a seed gives the same vectors twice.

    Returns gensim's KeyedVectors: (words, width) and their index.
    """
    from gensim.models import Word2Vec

    return Word2Vec(
        sentences,
        vector_size=width,
        window=window,
        min_count=min_count,
        epochs=epochs,
        sg=int(skip_gram),
        negative=negative,
        seed=seed,
        workers=1,
    ).wv


def rank_correlation(vectors: Any, pairs: Path) -> tuple[float, float]:
    """Return Spearman's correlation with human similarity scores, and the share of pairs it rests on.

    `pairs` holds "word word score" lines, tab-separated. The correlation is NaN without a known pair.
    """
    _, spearman, unknown_percent = vectors.evaluate_word_pairs(str(pairs), case_insensitive=True)
    return float(np.asarray(spearman.statistic)), 1 - unknown_percent / 100
