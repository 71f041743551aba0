"""Columns of CSV, TSV, JSON lines and Parquet files, with the place of each value for messages."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from data_pipelines.archives import plain, readable
from data_pipelines.dataset import DataError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON_LINES = (".jsonl", ".ndjson")
COMPRESSED = (".gz", ".xz")
FORMATS = (*DELIMITERS, *JSON_LINES, ".parquet")
LARGEST = float(np.finfo("float32").max)

Row = tuple[int, Sequence[Any]]  # its line, or its number, and its values


class Table(NamedTuple):
    """The wanted columns of a file, equally long."""

    path: Path
    unit: str  # of `places`: line or row
    places: list[int]
    columns: dict[str, list[Any]]

    def at(self, row: int, column: str) -> str:
        """Return where a value is, and what it is, to begin a message with."""
        value = self.columns[column][row]
        return f"{self.path}, {self.unit} {self.places[row]}: {column} is {_shown(value)}."


def suffix(name: str) -> str:
    """Return the suffix of a table's format, without that of its compression. Raises DataError for another."""
    path = Path(name.lower())
    path = path.with_suffix("") if path.suffix in COMPRESSED else path
    if path.suffix not in FORMATS or (path.suffix == ".parquet" and path.name != Path(name.lower()).name):
        raise DataError(
            f"{name} has an unknown suffix. Expected {', '.join(FORMATS)}; all but the last may have .gz or .xz."
        )
    return path.suffix


def read_table(path: Path, names: Sequence[str]) -> Table:
    """Return columns of a file in UTF-8; its format follows from its suffix.

    Raises DataError, with the line, for a file without rows or of another form, and for a missing column.
    """
    form = suffix(path.name)
    if not path.stat().st_size:
        raise DataError(f"{path} is empty.")
    if form == ".parquet":
        return _filled(Table(path, "row", [], {name: [] for name in names}), _parquet_rows(path, names))
    table = Table(path, "line", [], {name: [] for name in names})
    with plain(path) as stream:
        lines = _lines(path, stream)
        rows = _json_rows if form in JSON_LINES else _csv_rows
        return _filled(table, rows(path, lines, names))


def _filled(table: Table, rows: Iterator[Row]) -> Table:
    columns = list(table.columns.values())
    for place, values in rows:
        table.places.append(place)
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    if not table.places:
        raise DataError(f"{table.path} has no rows.")
    return table


def _lines(path: Path, stream: IO[bytes]) -> Iterator[str]:
    for number, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            byte = line[error.start]
            raise DataError(
                f"{path}, line {number}: byte {error.start + 1} is {byte:#04x}. Expected text in UTF-8."
            ) from error


def _csv_rows(path: Path, lines: Iterator[str], names: Sequence[str]) -> Iterator[Row]:
    """Yield the values of the named columns, and the line where each row begins; blank lines are skipped."""
    reader = csv.reader(lines, delimiter=DELIMITERS[suffix(path.name)], strict=True)
    try:
        header = next(reader, [])
        chosen = _indexes(path, header, names)
        begin = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                raise DataError(
                    f"{path}, line {begin} has {len(row)} fields. Expected {len(header)}, as in the header."
                )
            if row:
                yield begin, [row[index] for index in chosen]
            begin = reader.line_num + 1
    except csv.Error as error:
        hint = " Is a quote not closed?" if "limit" in str(error) or "unexpected end" in str(error) else ""
        hint += " Longer texts fit in JSON lines." if "limit" in str(error) else ""
        raise DataError(f"{path}, line {reader.line_num}: {error}.{hint}") from error


def _json_rows(path: Path, lines: Iterator[str], names: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}, line {number} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise DataError(f"{path}, line {number} is {_shown(found)}. Expected an object with named values.")
        _indexes(f"{path}, line {number}", list(found), names)
        yield number, [found[name] for name in names]


def _parquet_rows(path: Path, names: Sequence[str]) -> Iterator[Row]:
    from pyarrow import parquet

    with readable(f"{path} can't be read as Parquet"), parquet.ParquetFile(path) as file:
        _indexes(path, file.schema_arrow.names, names)
        before = 0
        for batch in file.iter_batches(columns=list(names)):
            values = [batch.column(name).to_pylist() for name in names]
            yield from enumerate(zip(*values, strict=True), start=before + 1)
            before += batch.num_rows


def _indexes(where: Path | str, header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return the positions of columns. Raises DataError for one that is missing or there twice."""
    for name in names:
        if header.count(name) > 1:
            raise DataError(f"{where} has {header.count(name)} columns {name!r}. Expected one.")
        if name not in header:
            near = get_close_matches(name, header, n=1, cutoff=0.5)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise DataError(f"{where} has no column {name!r}.{guess} It has: {', '.join(header) or 'none'}.")
    return [header.index(name) for name in names]


def texts(table: Table, column: str) -> np.ndarray:
    """Return a column of texts, object (rows,); they may be empty. Raises DataError for another value."""
    found = np.empty(len(table.places), object)
    for row, value in enumerate(table.columns[column]):
        if not isinstance(value, str):
            raise DataError(f"{table.at(row, column)} Expected a text.")
        found[row] = value
    return found


def labels(table: Table, column: str) -> list[str]:
    """Return a column of labels as texts, without blanks around. Raises DataError for one that is missing."""
    found = [_label(value) for value in table.columns[column]]
    if "" in found:
        raise DataError(f"{table.at(found.index(''), column)} Expected a label: a text or a number.")
    return found


def numbers(table: Table, column: str) -> np.ndarray:
    """Return a column of numbers, float32 (rows,). Raises DataError for another value, NaN and infinities."""
    found = np.empty(len(table.places), "float32")
    for row, value in enumerate(table.columns[column]):
        number = _number(value)
        if not abs(number) <= LARGEST:  # not for NaN either
            raise DataError(f"{table.at(row, column)} Expected a finite number.")
        found[row] = number
    return found


def _label(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _number(value: Any) -> float:
    """Return a number, NaN for what is none."""
    if isinstance(value, str) and "_" in value:  # Python's own spelling of numbers
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _shown(value: Any) -> str:
    text = repr(value)
    return "missing" if value is None else text if len(text) <= 40 else f"{text[:37]}..."
