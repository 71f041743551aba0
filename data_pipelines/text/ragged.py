"""Labelled rows of different length, end to end, in memory or on disk, and as padded arrays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_pipelines.cache import Blocks, kept_blocks
from data_pipelines.text.batching import coarse

BLOCK = 1 << 21  # values that are held at a time
ARRAYS = ("values", "offsets", "labels")  # on disk
Selection = slice | Sequence[int] | np.ndarray


@dataclass(frozen=True)
class Ragged:
    """Row i is values[offsets[i] : offsets[i + 1]], and its label labels[i]."""

    values: np.ndarray
    offsets: np.ndarray  # int64 (rows + 1,), the first is 0
    labels: np.ndarray  # int32 (rows,)

    @classmethod
    def of_texts(cls, texts: Any, labels: np.ndarray) -> "Ragged":
        """Return the bytes, uint8, of an Arrow array of strings or bytes.

        Raises TypeError for an array of another type, ValueError for another number of labels.
        """
        import pyarrow

        if texts.type not in (pyarrow.string(), pyarrow.binary()):
            raise TypeError(f"An Arrow array of {texts.type}. Expected strings or bytes with 32-bit offsets.")
        if len(labels) != len(texts):
            raise ValueError(f"{len(labels)} labels for {len(texts)} texts. Expected one for each.")
        _, offsets, content = texts.buffers()
        offsets = np.frombuffer(offsets, "int32")[texts.offset : texts.offset + len(texts) + 1].astype("int64")
        values = np.frombuffer(content or b"", "uint8")[offsets[0] : offsets[-1]]
        return cls(values, offsets - offsets[0], labels)

    @classmethod
    def of_strings(cls, texts: Sequence[str]) -> "Ragged":
        """Return the bytes, uint8, of texts, all labelled 0."""
        rows = [text.encode() for text in texts]
        offsets = np.cumsum([0, *map(len, rows)], dtype="int64")
        return cls(np.frombuffer(b"".join(rows), "uint8"), offsets, np.zeros(len(rows), "int32"))

    def __len__(self) -> int:
        return len(self.labels)

    def sizes(self) -> np.ndarray:
        """Return the length of each row, int64 (rows,)."""
        return np.diff(self.offsets)

    def owners(self) -> np.ndarray:
        """Return the row of each value, int64 (values,)."""
        return np.repeat(np.arange(len(self)), self.sizes())

    def blocks(self) -> Iterator["Ragged"]:
        """Yield all rows in order, up to BLOCK values at a time, or one longer row."""
        first = 0
        while first < len(self):
            most = self.offsets[first] + BLOCK
            last = max(first + 1, int(np.searchsorted(self.offsets, most, side="right")) - 1)
            offsets = self.offsets[first : last + 1]
            values = self.values[offsets[0] : offsets[-1]]
            yield Ragged(values, offsets - offsets[0], self.labels[first:last])
            first = last

    def rows(self, chosen: Selection) -> Iterator[np.ndarray]:
        """Yield the values of chosen rows."""
        starts, ends = self.offsets[:-1][chosen], self.offsets[1:][chosen]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            yield self.values[start:end]

    def padded(
        self, chosen: Selection, table: np.ndarray, width: int | None = None, *, backwards: bool = False
    ) -> np.ndarray:
        """Return table[values] of chosen rows, (rows, width) in the table's dtype, padded with 0.

        Longer rows lose their end. With `backwards` rows run from their last value, and longer ones lose their
        beginning. By default the longest row gives the width, rounded up to one of few sizes.
        """
        rows = list(self.rows(chosen))
        width = width or coarse(max(map(len, rows), default=1))
        found = np.zeros((len(rows), width), table.dtype)
        for row, values in zip(found, rows, strict=True):
            taken = values[: -width - 1 : -1] if backwards else values[:width]
            table.take(taken, out=row[: len(taken)], mode="clip")  # in range; the default mode copies
        return found


class PaddedRows:
    """Ragged rows that are padded, as by `Ragged.padded`, when they are asked for."""

    def __init__(
        self, ragged: Ragged, table: np.ndarray, width: int | None = None, order: np.ndarray | None = None
    ) -> None:
        self.ragged, self.table, self.width = ragged, table, width
        self.order = np.arange(len(ragged)) if order is None else order

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, chosen: Selection) -> np.ndarray:
        return self.ragged.padded(self.order[chosen], self.table, self.width)

    @property
    def most(self) -> int:
        """Return the largest number that a row can have."""
        return int(self.table.max())

    def in_order(self, order: np.ndarray) -> "PaddedRows":
        """Return the same rows, row `order[i]` at position i."""
        return PaddedRows(self.ragged, self.table, self.width, self.order[order])


def kept_ragged(kind: str, source: Mapping[str, Any], compute: Callable[[], Iterable[Ragged]]) -> Ragged:
    """Return the rows that `compute` yields in blocks, as `kept` does; only one block is held at a time."""
    return loaded(kept_blocks(kind, source, ARRAYS, lambda: stored(compute())))


def stored(blocks: Iterable[Ragged]) -> Iterator[Blocks]:
    """Yield the arrays of all rows in blocks, as `kept_blocks` takes them."""
    end = 0
    yield {"offsets": np.zeros(1, "int64")}
    for block in blocks:
        yield {"values": block.values, "offsets": block.offsets[1:] + end, "labels": block.labels}
        end += int(block.offsets[-1])


def loaded(arrays: Mapping[str, np.ndarray]) -> Ragged:
    """Return rows that `kept_blocks` has kept."""
    return Ragged(*(np.asarray(arrays[name]) for name in ARRAYS))
