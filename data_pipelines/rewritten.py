"""Texts on disk that are encoded when they are asked for, each time with other synonyms in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from data_pipelines.cache import kept_blocks
from data_pipelines.thesaurus import Thesaurus, augmented

Blocks = Callable[[], Iterable[Any]]  # Arrow arrays of strings, anew at every call


class KeptTexts:
    """Texts as one memory-mapped array of bytes, and where each ends in it."""

    def __init__(self, source: Mapping[str, Any], blocks: Blocks) -> None:
        self._content = kept_blocks("texts", source, lambda: map(_content, blocks()))
        self._ends = np.cumsum(kept_blocks("text_sizes", source, lambda: map(_sizes, blocks())), dtype="int64")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> list[str]:
        """Return texts; bytes that are no UTF-8 become the mark for such."""
        starts = [int(self._ends[row - 1]) if row else 0 for row in rows]
        pieces = [self._content[start : self._ends[row]] for start, row in zip(starts, rows, strict=True)]
        return [piece.tobytes().decode("utf-8", "replace") for piece in pieces]


class Rewritten:
    """Texts with synonyms, as `encode` makes arrays of Arrow's arrays of strings; as they are until `drawn_by`."""

    def __init__(
        self,
        texts: KeptTexts,
        encode: Callable[[Any], np.ndarray],
        thesaurus: Thesaurus,
        change: Callable[[str], str] | None = None,
    ) -> None:
        self.texts, self.encode, self.thesaurus, self.change = texts, encode, thesaurus, change

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        import pyarrow

        texts = self.texts[rows]
        if self.change is not None:
            texts = [self.change(text) for text in texts]
        return self.encode(pyarrow.array(texts, pyarrow.string()))

    def drawn_by(self, rng: np.random.Generator, **chances: Any) -> "Rewritten":
        """Return the texts that draw synonyms, as `augmented` does, from `rng`, whose state a checkpoint keeps."""
        change = partial(augmented, thesaurus=self.thesaurus, rng=rng, **chances)
        return Rewritten(self.texts, self.encode, self.thesaurus, change)


def _content(texts: Any) -> np.ndarray:
    """Return the bytes of an Arrow array of strings, uint8."""
    _, ends, content = texts.buffers()
    first, last = np.frombuffer(ends, "int32")[[texts.offset, texts.offset + len(texts)]]
    return np.frombuffer(content, "uint8")[first:last] if content else np.zeros(0, "uint8")


def _sizes(texts: Any) -> np.ndarray:
    from pyarrow import compute

    return compute.binary_length(texts).to_numpy().astype("int32")
