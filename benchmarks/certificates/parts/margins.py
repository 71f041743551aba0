"""When the printed value and the margin of a cell were written down: before its runs, or after."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.evidence.checkout import contents, git
from results.published import Cell

Place = tuple[str, str, str, str]
PLACE = ("table", "row", "column", "metric")


class Change(NamedTuple):
    """A commit that wrote another value or margin of a cell than the one before; nothing printed is empty."""

    place: Place
    commit: str
    date: str  # UTC, ISO 8601
    value: str
    margin: str


def place_of(cell: Cell) -> Place:
    """Return what a line of a published file is known by."""
    return cell.table, cell.row, cell.column, cell.metric.name


def history(root: Path, path: str, cells: Iterable[Cell]) -> list[Change]:
    """Return all changes of some cells in a file, the oldest first. Raises NoAnswer."""
    wanted = [place_of(cell) for cell in cells]
    last: dict[Place, tuple[str, str]] = {}
    changes = []
    for commit, date in _commits(root, path):
        printed = lines(contents(root, commit, path).get(path, b""))
        for place in wanted:
            if place in printed and printed[place] != last.get(place):
                last[place] = printed[place]
                changes.append(Change(place, commit, date, *printed[place]))
    return changes


def _commits(root: Path, path: str) -> Iterator[tuple[str, str]]:
    """Yield the commits that changed a file, and their dates in UTC."""
    listed = git(root, "rev-list", "--topo-order", "--reverse", "--format=%ct", "HEAD", "--", path).decode()
    words = listed.split()
    for commit, seconds in zip(words[1::3], words[2::3], strict=True):
        yield commit, datetime.fromtimestamp(int(seconds), UTC).isoformat()


def lines(content: bytes) -> dict[Place, tuple[str, str]]:
    """Return value and margin as they are written in a published file, by their place."""
    text = content.decode("utf-8-sig", errors="replace")
    found = csv.DictReader(io.StringIO(text, newline=""))
    return {
        (line["table"], line["row"], line["column"], line["metric"]): (line["value"] or "", line["margin"] or "")
        for line in found
        if {"table", "row", "column", "metric", "value", "margin"} <= line.keys()
    }


def read_history(content: bytes) -> list[Change]:
    """Return the changes that a file has. Raises KeyError for one without the columns."""
    found = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return [Change(tuple(line[name] for name in PLACE), *(line[n] for n in Change._fields[1:])) for line in found]  # type: ignore


def is_same(cell: Cell, printed: Sequence[str]) -> bool:
    """Return whether a value and a margin as they are written are those of a cell."""
    return [float(text) if text else None for text in printed] == [cell.value, cell.margin]


def moved(cell: Cell, changes: Sequence[Change], first_run: str) -> str:
    """Say why a history does not show that a cell was fixed before its first run; nothing where it does."""
    mine = [change for change in changes if change.place == place_of(cell)]
    if not mine:
        return "the history lacks the cell"
    if not is_same(cell, mine[-1][-2:]):
        return f"the last change has the value {mine[-1].value!r} with the margin {mine[-1].margin!r}"
    if utc(mine[-1].date) > utc(first_run):
        return f"they were written on {mine[-1].date}, after the first run, of {first_run}"
    return ""


def utc(date: str) -> datetime:
    """Return a date in UTC; it is one already where it names no zone. Raises ValueError or OverflowError."""
    found = datetime.fromisoformat(date)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
