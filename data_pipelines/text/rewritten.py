"""Texts on disk that are encoded when they are asked for, each time with other synonyms in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from data_pipelines.cache import kept_blocks
from data_pipelines.text.csv_rows import Rows
from data_pipelines.text.synonyms import Thesaurus, augmented

COUNT_BYTES = 8


class KeptTexts:
    """Labelled texts as one memory-mapped array of bytes, written in a single pass.

    Behind the last text stand the size and the class of each, and behind these their number.
    """

    def __init__(self, source: Mapping[str, Any], rows: Callable[[], Iterable[Rows]]) -> None:
        self._content = kept_blocks("labelled_bytes", source, lambda: _blocks(rows()))
        (count,) = self._content[-COUNT_BYTES:].view("int64").tolist()
        table = self._content[len(self._content) - COUNT_BYTES - 8 * count : -COUNT_BYTES].view("int32")
        sizes, self.y = table.reshape(2, count).copy()
        self._ends = np.cumsum(sizes, dtype="int64")

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


def _blocks(blocks: Iterable[Rows]) -> Iterator[np.ndarray]:
    """Yield the content of `KeptTexts`, uint8."""
    tables = [np.zeros((2, 0), "int32")]
    for y, texts in blocks:
        _, ends, content = texts.buffers()
        ends = np.frombuffer(ends, "int32")[texts.offset : texts.offset + len(texts) + 1]
        yield np.frombuffer(content or b"", "uint8")[ends[0] : ends[-1]]
        tables.append(np.stack([np.diff(ends), y]))
    table = np.concatenate(tables, axis=1)
    yield table.ravel().view("uint8")
    yield np.array([table.shape[1]], "int64").view("uint8")
