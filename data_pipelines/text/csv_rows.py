"""Labelled texts in the CSV form of Zhang et al. (2015), streamed: a class from 1, then fields of text.

Source: the read-me files of the sets, and Crepe (data/csv2t7b.lua, train/data.lua): quotes are doubled, the two
characters \\n are a line end, and the last field stands first.
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
TOLD = 3  # malformed rows that an error names
VERSION = 1  # of how texts are read, and of what a character is; kept arrays depend on it


class Rows(NamedTuple):
    """Classes from 0, int32 (rows,), and texts, a string array of Arrow of equal length."""

    y: np.ndarray
    texts: Any


Joined = Callable[[Sequence[Any]], Any]  # the fields of rows, Arrow arrays of strings -> their texts, another


def first_last(fields: Sequence[Any]) -> Any:
    """Return fields with their line ends, trimmed, joined by a blank."""
    from pyarrow import compute

    cleaned = (compute.ascii_trim_whitespace(compute.replace_substring(field, "\\n", "\n")) for field in fields)
    return compute.binary_join_element_wise(*cleaned, " ")


def last_first(fields: Sequence[Any]) -> Any:
    """Return fields as `first_last` does, but from the last to the first, as Crepe does."""
    return first_last(fields[::-1])


class _Malformed:
    """The rows that are left out: how many have another number of fields or no class, and the first of each."""

    def __init__(self) -> None:
        self.forms = self.classes = 0
        self.first: dict[str, list[tuple[int, str]]] = {"form": [], "class": []}  # numbers from 1, what they have

    def skip(self, row: Any) -> str:
        """Count a row with another number of fields; what Arrow asks of each."""
        self.forms += 1
        if len(first := self.first["form"]) < TOLD:
            first.append((row.number, f"{row.actual_columns} fields instead of {row.expected_columns}"))
        return "skip"

    def no_class(self, places: np.ndarray, found: Sequence[bytes]) -> None:
        """Count rows without a class; their places, from 0, are among the rows of the right form."""
        self.classes += len(places)
        first = self.first["class"]
        for place, name in zip(places[: TOLD - len(first)].tolist(), found, strict=False):
            number = place + 1
            for other, _ in self.first["form"]:  # those behind the first ones come too late to be told
                number += other <= number
            first.append((number, f"the class {name.decode('utf-8', 'replace')!r}"))

    def __str__(self) -> str:
        first = sorted(self.first["form"] + self.first["class"])[:TOLD]
        return "; ".join(f"row {number} has {reason}" for number, reason in first)


def stream(path: Path, classes: int, fields: int, member: str = "", join: Joined = last_first) -> Iterator[Rows]:
    """Yield the sound rows of a file, or of a member of a tar archive, in blocks; memory does not grow with it.

    Texts keep their letter case and bytes; `join` makes them of their fields. Rows with another number of fields,
    or no class from 1 to `classes`, are left out, and told at the end. Raises DataError for a file that is no such
    CSV and, at its end, when they are more than a thousandth.
    """
    import pyarrow

    malformed = _Malformed()
    read = 0
    try:
        with _opened(path, member) as source:
            for batch in _reader(source, fields, malformed):
                read += batch.num_rows
                yield _sound(batch, classes, read - batch.num_rows, malformed, join)
    except (pyarrow.ArrowInvalid, tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(f"{path} can't be read as CSV{_place(error, read + malformed.forms)}: {error}") from error
    _tell(path, malformed, read + malformed.forms)


class Part(NamedTuple):
    """Rows of a CSV file, or of a member of an archive, and how texts are made of their fields."""

    path: Path
    member: str
    classes: int
    fields: int
    join: Joined

    def rows(self) -> Iterator[Rows]:
        """Stream the sound rows."""
        return stream(self.path, self.classes, self.fields, self.member, self.join)

    def source(self) -> dict[str, Any]:
        """Name what computed arrays depend on."""
        return {**self._asdict(), "path": file_hash(self.path), "join": self.join.__name__, "version": VERSION}


def parts(paths: Sequence[Path], classes: int, fields: int, join: Joined) -> tuple[Part, Part]:
    """Return the training and the test part, of two files or of one archive."""
    members = ("train.csv", "test.csv") if len(paths) == 1 else ("", "")
    train, test = (
        Part(path, member, classes, fields, join)
        for path, member in zip((paths[0], paths[-1]), members, strict=True)
    )
    return train, test


def _place(error: Exception, read: int) -> str:
    """Say what Arrow does not tell: where a row ends in no block, why one is not left out."""
    if "straddl" in str(error):
        return f" behind row {read}, where a quote is not closed or a row has more than {BLOCK_BYTES >> 20} MB"
    if "columns, got" in str(error):  # such rows are left out, unless Arrow can't show them to us
        return ", since the row has bytes that are no UTF-8 besides"
    return ""


def _tell(path: Path, malformed: _Malformed, rows: int) -> None:
    """Warn of malformed rows. Raises DataError when they are too many, or when there are none at all."""
    count = malformed.forms + malformed.classes
    told = f"{path}: {count} of its {rows} rows are malformed: {malformed}"
    if count > MOST_MALFORMED * rows or not rows:
        raise DataError(f"{told}." if rows else f"{path} is empty.")
    if count:
        warnings.warn(f"{told}; left out.", LeftOut, stacklevel=2)


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


def _sound(batch: Any, classes: int, before: int, malformed: _Malformed, join: Joined) -> Rows:
    """Return the rows of a batch that have a class; `before` of the file were read."""
    import pyarrow
    from pyarrow import compute

    labels = batch.column(0)
    known = compute.index_in(labels, pyarrow.array([b"%d" % number for number in range(1, classes + 1)]))
    is_known = compute.is_valid(known)
    if not compute.all(is_known).as_py():
        is_other = compute.invert(is_known)
        places = np.flatnonzero(is_other.to_numpy(zero_copy_only=False))
        malformed.no_class(before + places, labels.filter(is_other)[:TOLD].to_pylist())
        batch, known = batch.filter(is_known), known.filter(is_known)
    any_bytes = compute.CastOptions(pyarrow.string(), allow_invalid_utf8=True)
    columns = [compute.cast(column, options=any_bytes) for column in batch.columns[1:]]
    return Rows(known.to_numpy().astype("int32"), join(columns))
