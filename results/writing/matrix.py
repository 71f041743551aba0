"""Tables as papers print them: rows by columns, with published numbers, ours, or both."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from results.published import Cell, Kind
from results.tables import decimals, exact, number
from results.verdicts import Answer, Verdict
from results.writing.grid import Entry, Grid

Content = TypeVar("Content")
MOST_METRICS = 3  # that a caption names

MARKS = {
    Answer.REPRODUCED: "R",
    Answer.COMPATIBLE: "C",
    Answer.NEAR: "N",
    Answer.BETTER: "B",
    Answer.WORSE: "W",
    Answer.DIFFERS: "D",
    Answer.INCONCLUSIVE: "I",
    Answer.INCOMPLETE: "U",
    Answer.MEASURED: "",  # nothing was published to compare with
    Answer.NOT_ATTEMPTED: "",
}
STALE = "*"


class Values(StrEnum):
    """Which numbers a matrix shows."""

    THEIRS = "theirs"
    OURS = "ours"
    BOTH = "both"


@dataclass(frozen=True)
class Matrix(Generic[Content]):
    """One printed table, in printed order; a place has one content for each metric, or none."""

    table: str
    rows: Sequence[str]
    columns: Sequence[str]
    places: dict[tuple[str, str], list[Content]]  # by row and column

    def line(self, row: str) -> list[list[Content]]:
        """Return the contents of a row, column by column."""
        return [self.places.get((row, column), []) for column in self.columns]


def matrices(contents: Iterable[Content], cell: Callable[[Content], Cell]) -> list[Matrix[Content]]:
    """Arrange what belongs to cells by table, row and column; `cell` returns the cell of a content."""
    tables: dict[str, dict[tuple[str, str], list[Content]]] = {}
    for content in contents:
        place = cell(content)
        tables.setdefault(place.table, {}).setdefault((place.row, place.column), []).append(content)
    return [
        Matrix(name, _once(row for row, _ in places), _once(column for _, column in places), places)
        for name, places in tables.items()
    ]


def of_one_number(verdicts: Iterable[Verdict]) -> list[Matrix[Verdict]]:
    """Return a matrix of verdicts for each table, or for each of its metrics where a place has several."""
    found: list[Matrix[Verdict]] = []
    for whole in matrices(verdicts, lambda verdict: verdict.cell):
        if all(len(contents) == 1 for contents in whole.places.values()):
            found.append(whole)
            continue
        by_metric: dict[str, list[Verdict]] = {}
        for verdict in (verdict for contents in whole.places.values() for verdict in contents):
            by_metric.setdefault(verdict.cell.metric.name, []).append(verdict)
        found += [one for group in by_metric.values() for one in matrices(group, lambda verdict: verdict.cell)]
    return found


def as_json(matrix: Matrix[Verdict], values: Values) -> dict[str, Any]:
    """Return a matrix as plain data: for each row a list of published values, of our means, and so on."""
    return {
        "paper": _all(matrix)[0].cell.paper,
        "table": matrix.table,
        "metrics": _metrics(matrix),
        "columns": list(matrix.columns),
        "rows": [{"row": row, **_numbers(matrix, row, values)} for row in matrix.rows],
    }


def as_records(found: Sequence[Matrix[Verdict]], values: Values) -> tuple[list[str], list[list[Any]]]:
    """Return headings, and a line for each row and quantity, of matrices under all of their columns."""
    columns = _once(column for matrix in found for column in matrix.columns)
    lines = []
    for matrix in found:
        metric = "; ".join(_metrics(matrix))
        for row in matrix.rows:
            for quantity, line in _numbers(matrix, row, values).items():
                by_column = dict(zip(matrix.columns, line, strict=True))
                lines.append([matrix.table, metric, row, quantity, *map(by_column.get, columns)])
    return ["table", "metric", "row", "quantity", *columns], lines


def as_grid(matrix: Matrix[Verdict], values: Values, title: str) -> Grid:
    """Return a matrix as texts; below the published values of a row are ours, then their deviation and number."""
    metrics = _metrics(matrix)
    named = f": {', '.join(metrics)}" if len(metrics) <= MOST_METRICS else ""
    full = f"{title}, table {matrix.table}{named}"
    groups = [_group(matrix, row, values) for row in matrix.rows]
    legend = "" if values == Values.THEIRS else _legend(matrix)
    kinds = {line[1].text for group in groups for line in group}
    if len(kinds) > 1:
        return Grid(full, ["row", "value", *matrix.columns], groups, 2, legend)
    short = [[[line[0], *line[2:]] for line in group] for group in groups]
    return Grid(f"{full}, {kinds.pop()}", ["row", *matrix.columns], short, 1, legend)


def _group(matrix: Matrix[Verdict], row: str, values: Values) -> list[list[Entry]]:
    """Return the lines of a row that have any number, or one empty line."""
    shown = {
        "published": [_one(contents, _published) for contents in matrix.line(row)],
        "ours": [_one(contents, _ours) for contents in matrix.line(row)],
        "sd (n)": [_one(contents, _spread) for contents in matrix.line(row)],
    }
    wanted = {Values.THEIRS: ["published"], Values.OURS: ["ours", "sd (n)"], Values.BOTH: list(shown)}[values]
    used = [name for name in wanted if any(entry.text for entry in shown[name])] or wanted[:1]
    return [[Entry("" if name != used[0] else row), Entry(name), *shown[name]] for name in used]


def _one(contents: Sequence[Verdict], text: Callable[[Verdict], Entry]) -> Entry:
    return text(contents[0]) if contents else Entry("")


def _published(verdict: Verdict) -> Entry:
    return Entry(exact(verdict.cell.value))


def _ours(verdict: Verdict) -> Entry:
    mark = MARKS[verdict.answer] + STALE * bool(verdict.stale)
    return Entry(_aligned(verdict.mean, verdict.cell), mark) if verdict.units else Entry("")


def _spread(verdict: Verdict) -> Entry:
    if verdict.deviation is None:
        return Entry("")
    return Entry(f"{_aligned(verdict.deviation, verdict.cell)} ({len(verdict.units)})")


def _aligned(value: float | None, cell: Cell) -> str:
    """Return a number with the decimals of its column, and a count without trailing zeros."""
    is_score = cell.kind == Kind.PERFORMANCE and value is not None
    return f"{value:.{decimals(cell)}f}" if is_score else number(value, decimals(cell))


def _legend(matrix: Matrix[Verdict]) -> str:
    """Say what a matrix shows beside published values: our numbers, its marks, and the margins."""
    trained = [verdict for verdict in _all(matrix) if verdict.units]
    texts = [
        "Ours: mean, standard deviation (sd) and number (n) of runs of the protocol; one run where sd is missing."
    ]
    answers = {verdict.answer for verdict in trained}
    marks = [f"{mark} {answer}" for answer, mark in MARKS.items() if mark and answer in answers]
    marks += [f"{STALE} by other code than today's"] * any(verdict.stale for verdict in trained)
    texts += [f"Verdict: {', '.join(marks)}."] * bool(marks)
    margins = sorted({verdict.cell.margin for verdict in trained if verdict.cell.margin is not None})
    ends = list(dict.fromkeys(map(exact, margins[:1] + margins[-1:])))
    texts += [f"Margin: {' to '.join(ends)}."] * bool(ends)
    return " ".join(texts) if trained else ""


def _numbers(matrix: Matrix[Verdict], row: str, values: Values) -> dict[str, list[Any]]:
    """Return the numbers of a row by quantity, None where there is none."""
    line = [contents[0] if contents else None for contents in matrix.line(row)]
    theirs: dict[str, list[Any]] = {"published": [verdict and verdict.cell.value for verdict in line]}
    ours: dict[str, list[Any]] = {
        "ours": [verdict and verdict.mean for verdict in line],
        "sd": [verdict and verdict.deviation for verdict in line],
        "n": [verdict and len(verdict.units) for verdict in line],
        "verdict": [verdict and str(verdict.answer) for verdict in line],
        "stale": [verdict and bool(verdict.stale) for verdict in line],
    }
    return (theirs if values != Values.OURS else {}) | (ours if values != Values.THEIRS else {})


def _metrics(matrix: Matrix[Verdict]) -> list[str]:
    return _once(verdict.cell.metric.title for verdict in _all(matrix))


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _all(matrix: Matrix[Verdict]) -> list[Verdict]:
    return [verdict for contents in matrix.places.values() for verdict in contents]
