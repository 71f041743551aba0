"""Generated reviews: labelled texts in CSV files, of any size."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from data_pipelines.text.csv_rows import stream
from data_pipelines.text.synonyms import WORD

CLASSES = 5
FORM: dict[str, Any] = {"classes": CLASSES, "fields": 2}  # a title and a text
WORDS = 100_000  # made of letters; rarer ones are hexadecimal numbers, most of which occur once
TITLE_WORDS, TEXT_WORDS = 5, 80  # the second is an average
KNOWN = (0, 2, 4)  # three of five ranks are words with synonyms, as six in ten words of AG
TELLING = 10  # every tenth rank depends on the class
BLOCK = 10_000


def generate(path: Path, rows: int, known: Sequence[str] = (), seed: int = 0) -> Path:
    """Write reviews whose words follow Zipf's law, six in ten of them from `known`, as in news.

    Every seed has the same words. Every tenth rank differs between classes: on texts that do not depend on their
    class, logistic regression took more than 400 iterations.
    """
    vocabulary, rng = _vocabulary(tuple(known)), np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, BLOCK):
            for number, text in _texts(vocabulary, min(BLOCK, rows - start), rng):
                title, rest = " ".join(text[:TITLE_WORDS]), " ".join(text[TITLE_WORDS:])
                file.write(f'"{number + 1}","{title}","{rest}."\n')
    return path


def count_words(path: Path) -> int:
    """Return the number of words of a file of reviews."""
    texts = (text for rows in stream(path, **FORM) for text in rows.texts.to_pylist())
    return sum(len(text.split()) for text in texts)


@lru_cache
def _vocabulary(known: tuple[str, ...]) -> np.ndarray:
    rng = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = np.array(["".join(rng.choice(letters, size)) for size in rng.integers(2, 10, WORDS)], object)
    if known:
        is_known = np.isin(np.arange(WORDS) % 5, KNOWN)
        vocabulary[is_known] = rng.choice([word for word in known if WORD.fullmatch(word)], is_known.sum())
    return vocabulary


def _texts(vocabulary: np.ndarray, count: int, rng: np.random.Generator) -> Iterator[tuple[int, np.ndarray]]:
    """Yield classes, and texts as arrays of words."""
    sizes = np.minimum(rng.geometric(1 / TEXT_WORDS, count), 400) + TITLE_WORDS
    classes = rng.integers(0, CLASSES, count)
    ranks = rng.zipf(1.3, sizes.sum())
    ranks += np.where(ranks % TELLING == 0, np.repeat(classes, sizes), 0)
    words = vocabulary[np.minimum(ranks, WORDS) - 1]
    words[ranks > WORDS] = [f"{rank:x}" for rank in ranks[ranks > WORDS].tolist()]
    yield from zip(classes, np.split(words, np.cumsum(sizes)[:-1]), strict=True)
