"""Words as codes without training: one-hot, and letter n-grams ("word hashing").

Source: lecture 000 (T. Vu, 2025), section "Word Vector"; Huang et al., "Learning Deep Structured Semantic Models
for Web Search using Clickthrough Data", CIKM 2013, section 3.2.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from data_pipelines.dataset import Fold

Code = Callable[[Sequence[str], Sequence[str], int], np.ndarray]


def one_hot(words: Sequence[str], seen: Sequence[str], width: int) -> np.ndarray:
    """Give each of the `width` most frequent words of `seen` its own axis: float32 (words, width).

    Other words are all zeros.
    """
    axes = {word: axis for axis, (word, _) in enumerate(Counter(seen).most_common(width))}
    codes = np.zeros((len(words), width), "float32")
    for code, word in zip(codes, words, strict=True):
        if word in axes:
            code[axes[word]] = 1
    return codes


def letter_ngrams(
    words: Sequence[str], seen: Sequence[str], width: int, *, length: int = 3, boundary: str = "_"
) -> np.ndarray:
    """Set the axis of each letter n-gram of a word, with `boundary` at both ends: float32 (words, width).

    The axes are the `width` most frequent n-grams of `seen`, so unseen words have codes too.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    grams = CountVectorizer(
        preprocessor=lambda word: f"{boundary}{word}{boundary}",
        analyzer="char",
        ngram_range=(length, length),
        binary=True,
        max_features=width,
    )
    found = grams.fit(seen).transform(words).toarray().astype("float32")
    return np.pad(found, ((0, 0), (0, width - found.shape[1])))


def load_with_codes(
    paths: Sequence[Path], fold: int, seed: int, *, load: Callable[..., Fold], code: Code, width: int
) -> Fold:
    """Return a fold of another loader with a code for every word, fitted on its training part alone."""
    found = load(paths, fold, seed)
    words = np.array(found.vocabulary, dtype=object)
    seen = words[found.train.x[found.train.x > 0] - 1].tolist()
    return found._replace(vectors=code(found.vocabulary, seen, width))
