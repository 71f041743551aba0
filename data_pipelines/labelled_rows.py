"""Labelled texts in the CSV form of Zhang et al. (2015), streamed: a class from 1, then fields of text.

Source: the read-me files of the sets, and Crepe (data/csv2t7b.lua, train/data.lua): quotes are doubled, the two
characters \\n are a line end, and the last field stands first.
"""

import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError

BLOCK_BYTES = 1 << 22
MOST_MALFORMED = 0.001  # of all rows
TOLD = 3  # malformed rows that an error names


class Rows(NamedTuple):
    """Classes from 0, int32 (rows,), and texts, a string array of Arrow of equal length."""

    y: np.ndarray
    texts: Any


Joined = Callable[[Sequence[Any]], Any]  # the fields of rows, Arrow arrays of strings -> their texts, another


def last_first(fields: Sequence[Any]) -> Any:
    """Return fields with their line ends, trimmed, joined by a blank from the last to the first, as Crepe does."""
    from pyarrow import compute

    cleaned = (compute.ascii_trim_whitespace(compute.replace_substring(field, "\\n", "\n")) for field in fields)
    return compute.binary_join_element_wise(*reversed(list(cleaned)), " ")


def stream(path: Path, classes: int, fields: int, member: str = "", join: Joined = last_first) -> Iterator[Rows]:
    """Yield the sound rows of a file, or of a member of a tar archive, in blocks; memory does not grow with it.

    Texts keep their letter case and bytes; `join` makes them of their fields. Raises DataError for a file that is
    no such CSV and, at its end, when more than a thousandth of its rows has another number of fields or no class
    from 1 to `classes`.
    """
    import pyarrow

    skipped: dict[int, str] = {}  # malformed rows by their number
    read = 0
    try:
        with _opened(path, member) as source:
            for batch in _reader(source, fields, skipped):
                read += batch.num_rows
                yield _sound(batch, classes, read - batch.num_rows, skipped, join)
    except (pyarrow.ArrowInvalid, tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(f"{path} can't be read as CSV: {error}") from error
    rows = read + sum("fields" in reason for reason in skipped.values())
    if len(skipped) > MOST_MALFORMED * rows or not rows:
        told = "; ".join(f"row {number} has {reason}" for number, reason in sorted(skipped.items())[:TOLD])
        raise DataError(f"{path}: {len(skipped)} of its {rows} rows are malformed: {told or 'it is empty'}.")


@contextmanager
def _opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """Open a file, or the first member of an archive whose path ends so."""
    if not member:
        with path.open("rb") as file:
            yield file
        return
    with tarfile.open(path, "r|*") as archive:  # a stream: members can't be found without reading up to them
        for entry in archive:
            if entry.name.endswith(f"/{member}") and (found := archive.extractfile(entry)):
                yield found
                return
    raise DataError(f"{path} has no {member}.")


def _reader(source: IO[bytes], fields: int, skipped: dict[int, str]) -> Any:
    import pyarrow
    from pyarrow import csv

    names = ["y", *(f"field {number}" for number in range(fields))]
    return csv.open_csv(
        source,
        csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK_BYTES),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=partial(_skip, skipped)),
        csv.ConvertOptions(column_types={name: pyarrow.binary() for name in names}),
    )


def _skip(skipped: dict[int, str], row: Any) -> str:
    skipped[row.number] = f"{row.actual_columns} fields instead of {row.expected_columns}"
    return "skip"


def _sound(batch: Any, classes: int, before: int, skipped: dict[int, str], join: Joined) -> Rows:
    """Return the rows of a batch that have a class; `before` of the file were read."""
    import pyarrow
    from pyarrow import compute

    labels = batch.column(0).cast(pyarrow.string())
    known = compute.index_in(labels, pyarrow.array([str(number) for number in range(1, classes + 1)]))
    is_known = compute.is_valid(known)
    if not compute.all(is_known).as_py():
        for place in np.flatnonzero(~is_known.to_numpy(zero_copy_only=False)).tolist():
            skipped[_number(before + place, skipped)] = f"the class {labels[place].as_py()!r}"
        batch, known = batch.filter(is_known), known.filter(is_known)
    any_bytes = compute.CastOptions(pyarrow.string(), allow_invalid_utf8=True)
    columns = [compute.cast(column, options=any_bytes) for column in batch.columns[1:]]
    return Rows(known.to_numpy().astype("int32"), join(columns))


def _number(place: int, skipped: dict[int, str]) -> int:
    """Return the number in the file, from 1, of a row with `place` rows of the right form before it."""
    number = place + 1
    for other in sorted(other for other, reason in skipped.items() if "fields" in reason):
        number += other <= number
    return number
