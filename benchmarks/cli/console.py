"""Output of commands."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from benchmarks.streams import clean, known_secrets, raw
from benchmarks.table import PaperTable
from results.folders import results_folder
from results.ledger import ResultsError
from results.published import Kind
from results.tables import as_markdown, as_row, coverage, remarks
from results.verdicts import Answer, Verdict
from results.writing import formats
from results.writing.formats import as_csv, flat
from results.writing.grid import GAP, SHORT, Grid, brief_grids, of_rows

WIDTH_OF_FILES = 200
ONLY_IN_FILES = ("range of runs", "95 % prediction interval")  # the terminal is narrow
SPARE = (  # columns that a narrow terminal lacks, the first ones first
    *("p", "taken from", "first runs", "second runs", "metric", "seconds a job", "pairs", "MB to fetch"),
    *("stale", "first verdict", "second verdict", "examples per second", "backend", "p (equivalence)", "median"),
)
WRITERS = {"latex": formats.as_latex, "html": formats.as_html, "markdown": formats.as_markdown}
PLAIN_DATA = ("csv", "json")  # numbers as numbers
FORMATS = ("table", *PLAIN_DATA, *WRITERS)


def print_verdicts(
    table: PaperTable,
    judged: Sequence[Verdict],
    caption: str | None = None,
    *,
    attempted: bool = False,
    wide: bool = False,
) -> None:
    """Print verdicts as a terminal table; below it how many of each kind are reproduced, and the notes.

    With `attempted` the table leaves out cells that are not; the numbers below it do not. On a narrow terminal the
    columns that matter are printed, and reasons below them, unless `wide` asks for all.
    """
    shown = [v for v in judged if not attempted or v.answer != Answer.NOT_ATTEMPTED]
    console = wide_console(WIDTH_OF_FILES if wide else 0)
    if console.width < WIDTH_OF_FILES:
        _print_narrow(table, shown, caption, console)
    else:
        rows = [{name: text for name, text in as_row(v).items() if name not in ONLY_IN_FILES} for v in shown]
        _print_grid(of_rows(rows, table.title, caption or ""), console)
    print_totals(judged)
    if table.notes:
        console.print("The project's notes:")
    for note in table.notes:
        console.print(f"- {note}", markup=False)


def _print_narrow(table: PaperTable, shown: Sequence[Verdict], caption: str | None, console: Console) -> None:
    """Print the columns that matter of each table, and the reasons below."""
    console.print(table.title)
    for grid in brief_grids(shown):
        _print_grid(grid, console, ("margin", *SPARE))
    for line in filter(None, [caption, *(f"- {remark}" for remark in remarks(shown))]):
        console.print(line)


def print_totals(judged: Sequence[Verdict]) -> None:
    """Print a line for each kind of cell: how many are reproduced, and how many differ from print."""
    for kind in Kind:
        if text := coverage(judged, kind):
            differing = sum(v.answer == Answer.DIFFERS and not v.stale for v in judged if v.cell.kind == kind)
            findings = "" if kind == Kind.PERFORMANCE else f"; {differing} differ from print"
            wide_console().print(f"{kind}: reproduced {text}{findings}", markup=False)


def print_rows(rows: Sequence[Mapping[str, Any]], form: str, title: str, caption: str | None = None) -> None:
    """Print rows by heading, texts or for JSON and CSV plain data, in one of the formats."""
    if form == "json":
        print(json.dumps(rows, indent=1))
    elif form == "csv":
        lines = list(map(flat, rows))
        print(as_csv(list(lines[0]) if lines else [], [list(line.values()) for line in lines]), end="")
    elif not rows:
        warn(f"{title}: nothing to show.")
    elif form == "markdown":
        print(as_markdown(rows))
    else:
        grid = of_rows(rows, title, caption or "")
        if form == "table":
            _print_grid(grid, wide_console())
        else:
            print_grids([grid], form)


def print_grids(grids: Sequence[Grid], form: str) -> None:
    """Print grids for a terminal, or as LaTeX, HTML or Markdown."""
    if form == "table":
        console = wide_console()
        for part in (part for grid in grids for part in grid.parts(console.width)):
            _print_grid(part, console)
    else:
        print("\n\n".join(map(WRITERS[form], grids)))


def _print_grid(grid: Grid, console: Console, spare: Sequence[str] = SPARE) -> None:
    """Print a grid; where it is too wide, long texts are wrapped, and spare columns left out."""
    shown = grid.narrowed(console.width, spare)
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, GAP - 1, 0, 0), pad_edge=False)
    table.title, table.title_justify = shown.title or None, "left"
    table.caption, table.caption_justify = shown.legend or None, "left"
    for heading, longest, are_numbers in zip(shown.headings, shown.longest, shown.are_numbers, strict=True):
        table.add_column(heading, justify="right" if are_numbers else "left", no_wrap=longest <= SHORT)
    for line in shown.lines:
        table.add_row(*line)
    console.print(table)
    if left_out := [heading for heading in grid.headings if heading not in shown.headings]:
        console.print(f"Left out: {', '.join(left_out)}. A wider terminal, or another --format, has them.")
    console.print()


def existing(folder: Path | None) -> Path:
    """Return the folder of records. Raises ResultsError when the given one does not exist, or is a file."""
    chosen = folder or results_folder()
    if not chosen.is_dir() and (folder or chosen.exists()):
        raise ResultsError(
            f"There is no results folder {chosen}. Expected one that `retable run` or `merge` has written."
        )
    return chosen


class CleanConsole(Console):
    """A console whose own control sequences are the only ones."""

    def __init__(self, **settings: Any) -> None:
        self.clean = lru_cache(4096)(partial(clean, known=known_secrets()))  # a table repeats its lines and blanks
        super().__init__(**{"highlight": False, **settings})  # a digit in a name is no number

    def render_str(self, text: str, **settings: Any) -> Text:
        """Return a text for printing; its width is that of the escaped one."""
        return super().render_str(self.clean(text), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is to be printed, of texts that came by another way too."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=self.clean(segment.text))


def wide_console(least: int = 0) -> Console:
    """Return a console that does not squeeze tables when its output is not a terminal.

    It is at least so many columns wide. Square brackets are printed unchanged: rows have them.
    """
    console = CleanConsole(file=raw(sys.stdout), markup=False)
    is_chosen = console.is_terminal or re.fullmatch("[1-9][0-9]{0,4}", os.environ.get("COLUMNS", ""))
    width = max(console.width if is_chosen else WIDTH_OF_FILES, least)
    return console if width == console.width else CleanConsole(file=raw(sys.stdout), width=width, markup=False)


def bar_of_steps(console: Console, **settings: Any) -> Progress:
    """Return a bar for many equal steps, none where the output is not a terminal; use as a context."""
    _, *columns = Progress.get_default_columns()
    plain = TextColumn("{task.description}", markup=False)
    is_file = not console.is_terminal
    return Progress(plain, *columns, TimeElapsedColumn(), console=console, disable=is_file, **settings)


def warn(text: str) -> None:
    """Print a line on the error stream."""
    print(clean(text, keep=""), file=sys.stderr)
