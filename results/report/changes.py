"""What a report says about the one that it replaces; only the folder of the report remembers that."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

CELLS, CHANGES = "cells.json", "changes.json"
PLACE = ("paper", "table", "row", "column", "metric")
Row = Mapping[str, Any]  # of cells.json


class Change(NamedTuple):
    """One thing that is different: a cell whose verdict turned, or a sum over the cells of a paper."""

    paper: str
    text: str
    page: str = ""  # of the cell, from the folder of the report
    before: str = ""  # the verdict
    after: str = ""


class Changes(NamedTuple):
    """What changed since another report."""

    source: str  # of this report
    since: str = ""  # the source of the other report; empty for the first one
    found: tuple[Change, ...] = ()


def changes(folder: Path, rows: Sequence[Row], source: str) -> Changes:
    """Compare the rows of a new report with those of the report in a folder.

    Equal rows keep what that report said, so that writing it again hides nothing.
    """
    old, said = _read(folder)
    if said is None:
        return Changes(source)
    if old == json.loads(json.dumps(rows)):
        return said._replace(source=source)
    return Changes(source, said.source, tuple(_differences(_by_place(old), _by_place(rows))))


def _read(folder: Path) -> tuple[list[Row], Changes | None]:
    """Return what an earlier report left; nothing if it is of an earlier version, or damaged."""
    try:
        rows = json.loads((folder / CELLS).read_text("utf-8"))
        _by_place(rows)
        source, since, found = json.loads((folder / CHANGES).read_text("utf-8"))
        return rows, Changes(source, since, tuple(Change(*change) for change in found))
    except (OSError, ValueError, TypeError, KeyError):
        return [], None


def _by_place(rows: Sequence[Row]) -> dict[tuple, Row]:
    return {tuple(row[name] for name in PLACE): row for row in rows}


def _differences(old: Mapping[tuple, Row], new: Mapping[tuple, Row]) -> Iterator[Change]:
    """Yield what is different: the verdicts that turned first."""
    both = [(old[place], row) for place, row in new.items() if place in old]
    for before, after in both:
        if before.get("verdict") != after["verdict"]:
            name = f"{after['row']}, {after['column']}"
            verdicts = (str(before.get("verdict")), str(after["verdict"]))
            yield Change(after["paper"], name, after["page"], *verdicts)
    sums: dict[str, list[Row]] = {
        "new": [row for place, row in new.items() if place not in old],
        "no longer here": [row for place, row in old.items() if place not in new],
        "stale now": [a for b, a in both if a["stale"] and not b.get("stale")],
        "no longer stale": [a for b, a in both if b.get("stale") and not a["stale"]],
    }
    for text, rows in sums.items():
        yield from (Change(paper, f"{_cells(count)} {text}") for paper, count in _counts(rows).items())
    yield from _runs(both)


def _runs(both: Sequence[tuple[Row, Row]]) -> Iterator[Change]:
    """Yield a sum for each paper with other runs than before."""
    grown = [(after, after["runs"] - before.get("runs", 0)) for before, after in both]
    for paper, cells in _counts([after for after, more in grown if more > 0]).items():
        more = max(more for after, more in grown if after["paper"] == paper)
        yield Change(paper, f"{_cells(cells)} with new runs, at most {more} each")


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    papers = [row["paper"] for row in rows]
    return {paper: papers.count(paper) for paper in dict.fromkeys(papers)}


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
