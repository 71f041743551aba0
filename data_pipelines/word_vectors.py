"""Word vectors by word2vec: trained, given to the words of a data set, and evaluated; the only door to gensim.

Source: Mikolov et al., "Efficient Estimation of Word Representations in Vector Space" (2013), and
"Distributed Representations of Words and Phrases and their Compositionality" (2013).
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.cache import digest, kept
from data_pipelines.dataset import Fold


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


def load_with_own_vectors(
    paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold], **settings: Any
) -> Fold:
    """Return a fold of another loader with vectors trained on its training text alone.

    `settings` are those of `train_vectors`. Vectors: float32 (words, width), NaN for words that have none.
    """
    found = load(paths, fold, seed)
    text = digest(found.train.x, *found.vocabulary)
    source = {"text": text, "seed": seed, "gensim": _version(), **settings}
    return found._replace(vectors=kept("own_vectors", source, lambda: _own_vectors(found, seed, settings)))


def rank_correlation(vectors: Any, pairs: Path) -> tuple[float, float]:
    """Return Spearman's correlation with human similarity scores, and the share of pairs it rests on.

    `pairs` holds "word word score" lines, tab-separated. The correlation is NaN without a known pair.
    """
    _, spearman, unknown_percent = vectors.evaluate_word_pairs(str(pairs), case_insensitive=True)
    return float(np.asarray(spearman.statistic)), 1 - unknown_percent / 100


def _own_vectors(fold: Fold, seed: int, settings: dict[str, Any]) -> np.ndarray:
    words = np.array(["", *fold.vocabulary], dtype=object)
    sentences = [words[row[row > 0]].tolist() for row in fold.train.x]
    trained = train_vectors(sentences, seed=seed, **settings)
    vectors = np.full((len(fold.vocabulary), trained.vector_size), np.nan, "float32")
    for number, word in enumerate(fold.vocabulary):
        if word in trained:
            vectors[number] = trained[word]
    return vectors


def _version() -> str:
    from importlib.metadata import version

    return version("gensim")
