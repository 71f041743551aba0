"""Corpora in memory, for tests."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow

from data_pipelines.text.corpus import Corpus, WordRule, numbered
from data_pipelines.text.csv_rows import Rows
from data_pipelines.text.ragged import loaded

BLANKS = WordRule("blanks separate words", b" \n")


def arrow(*texts: str) -> pyarrow.Array:
    return pyarrow.array(texts, pyarrow.string())


def corpus_of(*blocks: Sequence[str] | pyarrow.Array, rule: WordRule = BLANKS, y: Sequence[int] = ()) -> Corpus:
    """Return blocks of texts as a corpus, with classes, all 0 by default."""
    ends = np.cumsum([len(texts) for texts in blocks])
    classes = np.split(np.array(y or np.zeros(ends[-1]), "int32"), ends[:-1])
    arrays = [texts if isinstance(texts, pyarrow.Array) else arrow(*texts) for texts in blocks]
    kept = joined(numbered(map(Rows, classes, arrays), rule))
    return Corpus(loaded(kept), kept["words"], {})


def joined(blocks: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the blocks of each array end to end, as they are kept on disk."""
    found: dict[str, list[np.ndarray]] = {}
    for block in blocks:
        for name, array in block.items():
            found.setdefault(name, []).append(array)
    return {name: np.concatenate(arrays) for name, arrays in found.items()}
