"""Published tables: every printed cell, whether or not it has a recipe.

The files published/<paper>.csv have the columns table, row, column, metric, value, margin, note.
"""

import csv
import math
from pathlib import Path
from typing import NamedTuple

from results.ledger import ResultsError
from results.metrics import METRICS, Metric

COLUMNS = ("table", "row", "column", "metric", "value", "margin", "note")
FOLDER = Path(__file__).parent / "published"


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

    @property
    def name(self) -> str:
        """Return paper, table, row and column as one line."""
        return f"{self.paper} {self.table} / {self.row} / {self.column}"


def read_cells(paper: str, folder: Path = FOLDER) -> list[Cell]:
    """Return the cells of a paper in printed order.

    Raises ResultsError with file and line number for an unknown metric, a bad number or a duplicate cell.
    """
    path = folder / f"{paper}.csv"
    cells: dict[tuple[str, ...], Cell] = {}
    with path.open(newline="", encoding="utf-8") as stream:
        for number, line in enumerate(csv.DictReader(stream), start=2):
            try:
                cell = _cell(paper, line)
                key = (cell.table, cell.row, cell.column, cell.metric.name)
                if key in cells:
                    raise ValueError(f"{' / '.join(key)} appears twice")
            except ValueError as error:
                raise ResultsError(f"{path}, line {number}: {error}.") from error
            cells[key] = cell
    return list(cells.values())


def _cell(paper: str, line: dict[str, str]) -> Cell:
    if None in line or None in line.values():
        raise ValueError(f"expected the columns {','.join(COLUMNS)}")
    if line["metric"] not in METRICS:
        raise ValueError(f"unknown metric {line['metric']!r}, expected one of {', '.join(METRICS)}")
    value, margin = (float(line[name]) if line[name] else None for name in ("value", "margin"))
    if (value is None) != (margin is None) or not (math.isfinite(value or 0) and 0 <= (margin or 0) < math.inf):
        raise ValueError("expected a value with a margin of 0 or more, or neither")
    metric = METRICS[line["metric"]]
    return Cell(paper, line["table"], line["row"], line["column"], metric, value, margin, line["note"])
