"""A table ready to be written: texts with their marks, a title, and a legend below."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from results.tables import as_brief_row, headings_in_use
from results.verdicts import Verdict

GAP = 2  # blanks between two columns of a terminal
SHORT = 16  # characters of a text that is not wrapped there
NUMBER = re.compile(r"[-+]?[\d.]+( [A-Z]?\*?| \(\d+\))?")


class Entry(NamedTuple):
    """The text in one place of a table; the legend explains the mark beside it."""

    text: str
    mark: str = ""


Line = Sequence[Entry]

PLACE = ("table", "row", "column", "metric")


class Grid(NamedTuple):
    """Lines of entries below headings. A group has the lines of one row, whose name is in the first of them."""

    title: str
    headings: Sequence[str]
    groups: Sequence[Sequence[Line]]
    labels: int = 1  # leading columns that name a line
    legend: str = ""

    @property
    def lines(self) -> list[list[str]]:
        """Return every line as texts, with the marks behind a blank."""
        return [[" ".join(filter(None, entry)) for entry in line] for group in self.groups for line in group]

    @property
    def longest(self) -> list[int]:
        """Return the characters of the longest text in each column."""
        return [max(map(len, texts)) for texts in zip(self.headings, *self.lines, strict=True)]

    @property
    def are_numbers(self) -> list[bool]:
        """Return for each column whether it has numbers alone, with marks and numbers of runs."""
        columns = enumerate(zip(self.headings, *self.lines, strict=True))
        return [i >= self.labels and all(map(NUMBER.fullmatch, filter(None, texts[1:]))) for i, texts in columns]

    def parts(self, width: int) -> Iterator["Grid"]:
        """Yield the grid in parts that fit so many characters, each with the columns that name its lines."""
        names, columns = list(range(self.labels)), list(range(self.labels, len(self.headings)))
        room = width - sum(self.longest[i] + GAP for i in names)
        while columns:
            ends = accumulate(self.longest[i] + GAP for i in columns)
            count = max(sum(end <= room for end in ends), 1)
            part, columns = self._of_columns([*names, *columns[:count]]), columns[count:]
            yield part if not columns else part._replace(legend="")

    def narrowed(self, width: int, spare: Sequence[str]) -> "Grid":
        """Leave out columns, the first of `spare` first, until the words of the others fit so many characters."""
        grid = self
        for name in spare:
            if sum(grid._narrowest()) <= width:
                break
            if grid._distinguishes(name):
                continue
            grid = grid._of_columns([i for i, heading in enumerate(grid.headings) if heading != name])
        return grid

    def _distinguishes(self, name: str) -> bool:
        """Return whether some lines are of one place but for this column, as the metrics of one cell are."""
        names = [i for i, heading in enumerate(self.headings) if heading in PLACE and heading != name]
        places = [tuple(line[i] for i in names) for line in self.lines]
        return name in PLACE and len(set(places)) < len(places)

    def _narrowest(self) -> list[int]:
        """Return the characters that each column needs, where long texts are wrapped at words."""
        columns = zip(self.headings, *self.lines, strict=True)
        words = [max(len(word) for text in texts for word in [*text.split(), ""]) for texts in columns]
        wrapped = [max(word, SHORT) for word in words]
        return [min(width, longest) + GAP for width, longest in zip(wrapped, self.longest, strict=True)]

    def _of_columns(self, columns: Sequence[int]) -> "Grid":
        groups = [[[line[i] for i in columns] for line in group] for group in self.groups]
        return self._replace(headings=[self.headings[i] for i in columns], groups=groups)


def of_rows(rows: Sequence[Mapping[str, str]], title: str, legend: str = "") -> Grid:
    """Return rows of texts by heading as a grid without empty columns."""
    headings = headings_in_use(rows)
    groups = [[[Entry(row[name]) for name in headings]] for row in rows]
    return Grid(title, headings, groups, legend=legend)


def brief_grids(verdicts: Iterable[Verdict], title: str = "") -> list[Grid]:
    """Return a grid of the numbers and answers of each printed table, with the metric where rows need it."""
    tables: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        tables.setdefault(verdict.cell.table, []).append(verdict)
    return [of_rows(_brief_rows(mine), f"{title}table {name}") for name, mine in tables.items()]


def _brief_rows(verdicts: Sequence[Verdict]) -> list[dict[str, str]]:
    is_clear = len({verdict.cell[:4] for verdict in verdicts}) == len(verdicts)
    unneeded = {"table", "metric"} if is_clear else {"table"}
    rows = map(as_brief_row, verdicts)
    return [{name: text for name, text in row.items() if name not in unneeded} for row in rows]
