"""Published tables: every printed cell, whether or not it has a recipe.

The files published/<paper>.csv have the columns table, row, column, metric, value, margin, note. Others may
follow: runs, of which the printed value is the average (one where it is empty); same_as, the metric of the same
row and column that prints the same measurement in another unit; quote, the words of the slide (lectures only).
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from results.ledger import ResultsError
from results.metrics import METRICS, Metric

COLUMNS = ("table", "row", "column", "metric", "value", "margin", "note")
OPTIONAL = ("runs", "same_as")
FOLDER = Path(__file__).parent / "published"
LECTURES = "lectures"  # the paper whose cells are claims


class Kind(StrEnum):
    """What a printed number is; the kinds are reported apart, in this order."""

    PERFORMANCE = "performance"  # the result of a trained or fitted system
    COUNT = "count"  # a property of data or of an architecture
    CLAIM = "claim"  # arithmetic of a slide


class Cell(NamedTuple):
    """One cell of a table. Without a value, nothing was published to compare ours with."""

    paper: str
    table: str
    row: str
    column: str
    metric: Metric
    value: float | None
    margin: float | None  # in the unit of the metric; None without a value
    note: str = ""
    runs: int = 1  # of which the value is the average
    same_as: str = ""  # the metric of the same row and column that is the same measurement
    half_digit: float = 0.0  # half a unit of the last printed digit

    @property
    def kind(self) -> Kind:
        """Return what the number is. Only equality counts for what is neither trained nor fitted."""
        if self.metric.better != "exact":
            return Kind.PERFORMANCE
        return Kind.CLAIM if self.paper == LECTURES else Kind.COUNT

    @property
    def name(self) -> str:
        """Return paper, table, row and column as one line."""
        return f"{self.paper} {self.table} / {self.row} / {self.column}"


def read_cells(paper: str, path: Path | None = None, metrics: Iterable[Metric] = ()) -> list[Cell]:
    """Return the cells of a paper in printed order, from the suite's own file unless `path` names another.

    `metrics` are those that the paper brings. Raises ResultsError with file and line number for an unknown metric,
    a bad number or a duplicate cell.
    """
    path = path or FOLDER / f"{paper}.csv"
    known = METRICS | {metric.name: metric for metric in metrics}
    cells: dict[tuple[str, ...], Cell] = {}
    for number, line in enumerate(_lines(path), start=2):
        try:
            cell = _cell(paper, line, known)
            key = (cell.table, cell.row, cell.column, cell.metric.name)
            if key in cells:
                raise ValueError(f"{' / '.join(key)} appears twice")
        except ValueError as error:
            raise ResultsError(f"{path}, line {number}: {error}.") from error
        cells[key] = cell
    if not cells:
        raise ResultsError(f"{path} has no cells. Expected the columns {','.join(COLUMNS)}, and a line for each.")
    for cell in cells.values():
        if cell.same_as and (*cell[1:4], cell.same_as) not in cells:
            raise ResultsError(
                f"{path}: {cell.name}, {cell.metric.name}, is the same as {cell.same_as!r}, which has no line."
            )
    return list(cells.values())


def _lines(path: Path) -> Iterator[dict[str, str]]:
    if path.exists() and not path.is_file():
        raise ResultsError(f"{path} is not a file.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            yield from csv.DictReader(stream, strict=True)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResultsError(f"{path} can't be read: {reason}.") from error


def _cell(paper: str, line: dict[str, str], metrics: Mapping[str, Metric]) -> Cell:
    if not set(COLUMNS) <= set(line) or None in line or None in line.values():
        raise ValueError(f"expected the columns {','.join(COLUMNS)}, then none or some of {','.join(OPTIONAL)}")
    if line["metric"] not in metrics:
        near = get_close_matches(line["metric"], metrics, n=3, cutoff=0) or metrics
        raise ValueError(f"unknown metric {line['metric']!r}, the nearest of {len(metrics)} are {', '.join(near)}")
    metric = metrics[line["metric"]]
    value, margin = _value(line, metric)
    runs, same_as = line.get("runs") or "1", line.get("same_as", "")
    if not runs.isdecimal() or int(runs) < 1:
        raise ValueError(f"the runs are {runs!r}, expected a whole number of 1 or more, or nothing")
    place = (line["table"], line["row"], line["column"])
    if not all(map(str.isprintable, place)):
        raise ValueError(f"table, row and column are {place}, expected no line ends or control characters")
    return Cell(paper, *place, metric, value, margin, line["note"], int(runs), same_as, _half_digit(line["value"]))


def _value(line: dict[str, str], metric: Metric) -> tuple[float | None, float | None]:
    """Return the value and the margin of a line, or None and None."""
    value, margin = (float(line[name]) if line[name] else None for name in ("value", "margin"))
    if (value is None) != (margin is None) or not (math.isfinite(value or 0) and 0 <= (margin or 0) < math.inf):
        raise ValueError("expected a value with a margin of 0 or more, or neither")
    low, high = metric.range
    if value is not None and not low <= value <= high:
        raise ValueError(f"{metric.name} is {value:g}, expected {low:g} to {high:g}")
    return value, margin


def _half_digit(text: str) -> float:
    """Return half a unit of the last digit of a printed number; 0 where nothing is printed."""
    try:
        exponent = Decimal(text).as_tuple().exponent if text else 0
    except InvalidOperation as error:
        raise ValueError(f"the value is {text!r}, expected a number with fewer digits") from error
    return 10.0 ** min(int(exponent), 0) / 2 if text else 0.0
