"""Output of commands."""

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

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
from results.tables import as_markdown, as_row, coverage, headings_in_use
from results.verdicts import Answer, Verdict

WIDTH_OF_FILES = 200
ONLY_IN_FILES = ("range of runs", "95 % prediction interval")  # the terminal is narrow
FORMATS = ("table", "json", "markdown")


def print_verdicts(
    table: PaperTable, judged: Sequence[Verdict], caption: str | None = None, *, attempted: bool = False
) -> None:
    """Print verdicts as a terminal table; below it how many of each kind are reproduced, and the notes.

    With `attempted` the table leaves out cells that are not; the numbers below it do not.
    """
    shown = [v for v in judged if not attempted or v.answer != Answer.NOT_ATTEMPTED]
    rows = [{name: text for name, text in as_row(v).items() if name not in ONLY_IN_FILES} for v in shown]
    print_rows(rows, "table", table.title, caption)
    print_totals(judged)
    if table.notes:
        wide_console().print("The project's notes:")
    for note in table.notes:
        wide_console().print(f"- {note}", markup=False)


def print_totals(judged: Sequence[Verdict]) -> None:
    """Print a line for each kind of cell: how many are reproduced, and how many differ from print."""
    for kind in Kind:
        if text := coverage(judged, kind):
            differing = sum(v.answer == Answer.DIFFERS and not v.stale for v in judged if v.cell.kind == kind)
            findings = "" if kind == Kind.PERFORMANCE else f"; {differing} differ from print"
            wide_console().print(f"{kind}: reproduced {text}{findings}", markup=False)


def print_rows(rows: Sequence[Mapping[str, Any]], form: str, title: str, caption: str | None = None) -> None:
    """Print rows of texts by heading as a table, JSON, CSV or Markdown."""
    if form == "json":
        print(json.dumps(rows, indent=1))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    elif form == "markdown":
        print(as_markdown(rows))
    else:
        headings = headings_in_use(rows)
        grid = Table(*headings, title=title, caption=caption)
        for line in rows:
            grid.add_row(*(line[name] for name in headings))
        wide_console().print(grid)


def existing(folder: Path | None) -> Path:
    """Return the folder of records. Raises ResultsError when the given one does not exist."""
    if folder is not None and not folder.is_dir():
        raise ResultsError(f"There is no results folder {folder}.")
    return folder or results_folder()


class CleanConsole(Console):
    """A console whose own control sequences are the only ones."""

    def __init__(self, **settings: Any) -> None:
        self.clean = lru_cache(4096)(partial(clean, known=known_secrets()))  # a table repeats its lines and blanks
        super().__init__(**settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        """Return a text for printing; its width is that of the escaped one."""
        return super().render_str(self.clean(text), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is to be printed, of texts that came by another way too."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=self.clean(segment.text))


def wide_console() -> Console:
    """Return a console that does not squeeze tables when its output is not a terminal.

    Square brackets are printed unchanged: rows have them.
    """
    console = CleanConsole(file=raw(sys.stdout), markup=False)
    is_chosen = console.is_terminal or re.fullmatch("[1-9][0-9]{0,4}", os.environ.get("COLUMNS", ""))
    return console if is_chosen else CleanConsole(file=raw(sys.stdout), width=WIDTH_OF_FILES, markup=False)


def bar_of_steps(console: Console, **settings: Any) -> Progress:
    """Return a bar for many equal steps, none where the output is not a terminal; use as a context."""
    _, *columns = Progress.get_default_columns()
    plain = TextColumn("{task.description}", markup=False)
    is_file = not console.is_terminal
    return Progress(plain, *columns, TimeElapsedColumn(), console=console, disable=is_file, **settings)


def warn(text: str) -> None:
    """Print a line on the error stream."""
    print(clean(text, keep=""), file=sys.stderr)
