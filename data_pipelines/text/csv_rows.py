"""Labelled texts in the CSV form of Zhang et al. (2015), streamed: a class from 1, then fields of text.

Source: the read-me files of the sets, and Crepe (data/csv2t7b.lua, train/data.lua): quotes are doubled, the two
characters \\n are a line end, and the last field comes first.
"""

import tarfile
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from data_pipelines.dataset import DataError, LeftOut
from data_pipelines.download import file_hash

BLOCK_BYTES = 1 << 22
MOST_MALFORMED = 0.001  # of all rows
SHOWN = 3  # malformed rows that a message names
VERSION = 2  # of reading, of what a character is, and of how both are kept; the key of kept arrays has it


class Rows(NamedTuple):
    """Classes from 0, int32 (rows,), and texts, an Arrow array of strings of equal length."""

    y: np.ndarray
    texts: Any


Joined = Callable[[Sequence[Any]], Any]  # the fields of rows, Arrow arrays of strings -> their texts, another


def first_last(fields: Sequence[Any]) -> Any:
    """Return fields, trimmed and with their line ends, joined by a blank."""
    from pyarrow import compute

    cleaned = (compute.ascii_trim_whitespace(compute.replace_substring(field, "\\n", "\n")) for field in fields)
    return compute.binary_join_element_wise(*cleaned, " ")


def last_first(fields: Sequence[Any]) -> Any:
    """Return fields as `first_last` does, but from the last to the first, like Crepe."""
    return first_last(fields[::-1])


class CsvTexts(NamedTuple):
    """Texts in a CSV file, or in a member of a tar archive; `join` makes a text of the fields of a row."""

    path: Path
    member: str
    classes: int
    fields: int
    join: Joined

    def rows(self) -> Iterator[Rows]:
        """Stream the well-formed rows."""
        return stream(self.path, self.classes, self.fields, self.member, self.join)

    def source(self) -> dict[str, Any]:
        """Return what arrays computed from the texts depend on."""
        return {**self._asdict(), "path": file_hash(self.path), "join": self.join.__name__, "version": VERSION}


def train_and_test(paths: Sequence[Path], classes: int, fields: int, join: Joined) -> tuple[CsvTexts, CsvTexts]:
    """Return the training and the test texts of two files or of one archive."""
    members = ("train.csv", "test.csv") if len(paths) == 1 else ("", "")
    train, test = (
        CsvTexts(path, member, classes, fields, join)
        for path, member in zip((paths[0], paths[-1]), members, strict=True)
    )
    return train, test


def stream(path: Path, classes: int, fields: int, member: str = "", join: Joined = last_first) -> Iterator[Rows]:
    """Yield the well-formed rows of a file, or of a member of a tar archive, in blocks of limited size.

    Texts keep their letter case and bytes; `join` makes them of their fields. Rows with another number of fields,
    or without a class from 1 to `classes`, are skipped; a warning at the end names the first. Raises DataError for
    a file of another form and, at its end, if more than a thousandth of the rows are malformed.
    """
    import pyarrow

    malformed = _Malformed()
    read = 0
    try:
        with _opened(path, member) as source:
            for batch in _reader(source, fields, malformed):
                read += batch.num_rows
                yield _well_formed(batch, classes, read - batch.num_rows, malformed, join)
    except (pyarrow.ArrowInvalid, tarfile.TarError, EOFError, zlib.error, OSError) as error:
        where = _explained(error, read + malformed.forms)
        raise DataError(f"{path} can't be read as CSV{where}: {error}") from error
    _report(path, malformed, read + malformed.forms)


class _Malformed:
    """Rows that are left out for their number of fields or their class: how many, and the first of each kind."""

    def __init__(self) -> None:
        self.forms = self.classes = 0
        self.first: dict[str, list[tuple[int, str]]] = {"form": [], "class": []}  # row numbers from 1, reasons

    def skip(self, row: Any) -> str:
        """Count a row with another number of fields; Arrow calls this for each."""
        self.forms += 1
        if len(first := self.first["form"]) < SHOWN:
            first.append((row.number, f"{row.actual_columns} fields instead of {row.expected_columns}"))
        return "skip"

    def add_classes(self, indexes: np.ndarray, names: Sequence[bytes]) -> None:
        """Count rows of an unknown class; their indexes, from 0, are among the rows with all fields."""
        self.classes += len(indexes)
        first = self.first["class"]
        for index, name in zip(indexes[: SHOWN - len(first)].tolist(), names, strict=False):
            number = index + 1
            for other, _ in self.first["form"]:  # later rows of another form don't change the first numbers
                number += other <= number
            first.append((number, f"the class {name.decode('utf-8', 'replace')!r}"))

    def __str__(self) -> str:
        first = sorted(self.first["form"] + self.first["class"])[:SHOWN]
        return "; ".join(f"row {number} has {reason}" for number, reason in first)


def _explained(error: Exception, rows: int) -> str:
    """Return what Arrow's error leaves open: the row that no block holds, or why a row is not skipped."""
    if "straddl" in str(error):
        return f" after row {rows}, where a quote is not closed or a row has more than {BLOCK_BYTES >> 20} MB"
    if "columns, got" in str(error):  # such rows are skipped, unless Arrow can't pass them on
        return ", since the row also has bytes that are not UTF-8"
    return ""


def _report(path: Path, malformed: _Malformed, rows: int) -> None:
    """Warn of malformed rows. Raises DataError if they are too many, or if the file has no rows."""
    if not rows:
        raise DataError(f"{path} is empty.")
    count = malformed.forms + malformed.classes
    text = f"{path}: {count} of {rows} rows are malformed: {malformed}"
    if count > MOST_MALFORMED * rows:
        raise DataError(f"{text}. At most {MOST_MALFORMED:.1%} may be.")
    if count:
        warnings.warn(f"{text}; skipped.", LeftOut, stacklevel=2)


@contextmanager
def _opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """Open a file, or the first member of an archive whose path ends with `member`."""
    if not member:
        with path.open("rb") as file:
            yield file
        return
    with tarfile.open(path, "r|*") as archive:  # a stream, since finding a member means reading up to it
        for entry in archive:
            if entry.name.endswith(f"/{member}") and (found := archive.extractfile(entry)):
                yield found
                return
    raise DataError(f"{path} has no {member}.")


def _reader(source: IO[bytes], fields: int, malformed: _Malformed) -> Any:
    import pyarrow
    from pyarrow import csv

    names = ["y", *(f"field {number}" for number in range(fields))]
    return csv.open_csv(
        source,
        csv.ReadOptions(column_names=names, use_threads=False, block_size=BLOCK_BYTES),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=malformed.skip),
        csv.ConvertOptions(column_types={name: pyarrow.binary() for name in names}),
    )


def _well_formed(batch: Any, classes: int, before: int, malformed: _Malformed, join: Joined) -> Rows:
    """Return the rows of a batch that have a class; `before` rows of the file came earlier."""
    import pyarrow
    from pyarrow import compute

    labels = batch.column(0)
    known = compute.index_in(labels, pyarrow.array([b"%d" % number for number in range(1, classes + 1)]))
    is_known = compute.is_valid(known)
    if not compute.all(is_known).as_py():
        is_unknown = compute.invert(is_known)
        indexes = np.flatnonzero(is_unknown.to_numpy(zero_copy_only=False))
        malformed.add_classes(before + indexes, labels.filter(is_unknown)[:SHOWN].to_pylist())
        batch, known = batch.filter(is_known), known.filter(is_known)
    any_bytes = compute.CastOptions(pyarrow.string(), allow_invalid_utf8=True)
    columns = [compute.cast(column, options=any_bytes) for column in batch.columns[1:]]
    return Rows(known.to_numpy().astype("int32"), join(columns))
