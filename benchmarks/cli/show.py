"""retable list | show | readme: answers from the files alone, without a deep-learning library."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.claims import Order, judge_claims
from benchmarks.claims import as_row as claim_row
from benchmarks.recipe import BACKENDS
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable, load_table, match, paper_names
from results.ledger import ResultsError
from results.published import Cell
from results.records import RecordFiles, results_folder
from results.tables import (
    as_markdown,
    as_row,
    cost_rows,
    cost_table,
    estimate_table,
    headings_in_use,
    rewrite_section,
    speed_table,
    verdict_tables,
)
from results.verdicts import Answer, Verdict

ROOT = Path(__file__).parent.parent.parent
PUBLISHED_WITH = ROOT / "results"  # the README shows the project's own records, wherever a person's go
WIDTH_OF_FILES = 200
FORMATS = ("table", "json", "markdown")

Paper = Annotated[str, typer.Argument(help="A paper; see `retable list`.")]
TableName = Annotated[str | None, typer.Option("--table", help="Only this table.")]
Row = Annotated[str | None, typer.Option("--row", help="Only this row.")]
Column = Annotated[str | None, typer.Option("--column", help="Only this column.")]
Results = Annotated[Path | None, typer.Option("--results", help="Folder of records [RETABLE_RESULTS, results/].")]


def list_papers(
    paper: Annotated[str | None, typer.Argument(help="List its rows and columns.")] = None,
) -> None:
    """List the papers, or the tables, rows and columns of one."""
    console = wide_console()
    if paper is not None:
        _list_cells(load_table(paper), console)
        return
    grid = Table("paper", "cells", "verdicts", "title")
    for name in paper_names():
        table = load_table(name)
        answers = Counter(str(verdict.answer) for verdict in _judged(table, results_folder()))
        summary = ", ".join(f"{count} {answer}" for answer, count in answers.items())
        grid.add_row(name, str(sum(answers.values())), summary, table.title)
    console.print(grid)


def show(
    paper: Paper,
    table: TableName = None,
    row: Row = None,
    column: Column = None,
    results: Results = None,
    backend: Annotated[str | None, typer.Option(help="Judge by this backend's runs.")] = None,
    claims: Annotated[bool, typer.Option("--claims", help="The paper's order claims instead.")] = False,
    attempted: Annotated[bool, typer.Option("--attempted", help="Leave out cells without a recipe.")] = False,
    costs: Annotated[bool, typer.Option("--costs", help="What a run took instead: time and memory.")] = False,
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Print published numbers beside ours, with a verdict for each."""
    chosen = match("format", format, FORMATS)
    found = load_table(paper)
    if costs:
        print_rows(_costs(found.cells(table, row, column), existing(results)), chosen, found.title)
        return
    used = match("backend", backend, BACKENDS) if backend else None
    if claims:
        rows = claim_rows(found, existing(results), table, column, attempted=attempted)
        print_rows(rows, chosen, f"{found.title}: order claims")
        return
    judged = _judged(found, existing(results), table, row, column, used)
    if attempted:
        judged = [verdict for verdict in judged if verdict.answer != Answer.NOT_ATTEMPTED]
    if chosen == "table":
        print_verdicts(found, judged)
        if row is None and (orders := claim_rows(found, existing(results), table, column)):
            print_rows(orders, chosen, "Order claims")
    else:
        print_rows([as_row(verdict) for verdict in judged], chosen, found.title)


def claim_rows(
    table: PaperTable,
    folder: Path,
    name: str | None = None,
    column: str | None = None,
    *,
    attempted: bool = True,
) -> list[dict[str, str]]:
    """Return the order claims, or only those that our runs can speak of, as texts by heading."""
    cells = {(cell.table, cell.column) for cell in table.cells(name, None, column)}
    judged = judge_claims(table, RecordFiles(table.paper, folder).records())
    chosen = [verdict for verdict in judged if (verdict.claim.table, verdict.column) in cells]
    return [claim_row(verdict) for verdict in chosen if not attempted or verdict.order != Order.NOT_ATTEMPTED]


def readme() -> None:
    """Write verdicts, costs, and what `retable bench` measured, into README.md between their marks."""
    write_readme(ROOT / "README.md")


def write_readme(path: Path) -> None:
    """Write the verdicts of all attempted cells, the speeds and the costs, between the marks of a text file."""
    attempted, costs, claims = {}, [], []
    for name in paper_names():
        table = load_table(name)
        judged = _judged(table, PUBLISHED_WITH)
        attempted[table.title] = [verdict for verdict in judged if verdict.answer != Answer.NOT_ATTEMPTED]
        costs += [{"paper": name, **row} for row in _costs(table.cells(), PUBLISHED_WITH)]
        claims += [{"paper": name, **row} for row in claim_rows(table, PUBLISHED_WITH)]
    rewrite_section(path, "verdicts", verdict_tables(attempted))
    rewrite_section(path, "claims", as_markdown(claims))
    rewrite_section(path, "costs", as_markdown(costs))
    for name in ("cutting", "extracting", "reading", "counting", "systems"):
        rewrite_section(path, name, cost_table(_measured(name)))
    rewrite_section(path, "estimate", estimate_table(_measured("estimate")))
    speeds = map(_measured, ("speed", "speed-images", "speed-text", "speed-topics"))
    rewrite_section(path, "speed", "\n\n".join(map(speed_table, speeds)))


def _measured(name: str) -> dict:
    """Return what a benchmark wrote."""
    return json.loads((PUBLISHED_WITH / "speed" / f"{name}.json").read_text("utf-8"))


def _costs(cells: Sequence[Cell], folder: Path) -> list[dict[str, str]]:
    """Return what runs of some cells of a paper cost, but for what is merely counted."""
    places = {cell[1:4] for cell in cells if cell.metric.better != "exact"}
    records = RecordFiles(cells[0].paper, folder).records() if cells else []
    return cost_rows(record for record in records if record.key[1:4] in places)


def print_verdicts(table: PaperTable, judged: list[Verdict], caption: str | None = None) -> None:
    """Print verdicts as a terminal table, the notes below it."""
    print_rows([as_row(verdict) for verdict in judged], "table", table.title, caption)
    for note in table.notes:
        wide_console().print(f"- {note}", markup=False)


def print_rows(rows: Sequence[Mapping[str, str]], form: str, title: str, caption: str | None = None) -> None:
    """Print rows of texts by heading as a table, JSON or Markdown."""
    if form == "json":
        print(json.dumps(rows, indent=1))
        return
    if form == "markdown":
        print(as_markdown(rows))
        return
    headings = headings_in_use(rows)
    grid = Table(*headings, title=title, caption=caption)
    for line in rows:
        grid.add_row(*(line[name] for name in headings))
    wide_console().print(grid)


def existing(folder: Path | None) -> Path:
    """Return the folder of records. Raises ResultsError when one was given that does not exist."""
    if folder is not None and not folder.is_dir():
        raise ResultsError(f"There is no results folder {folder}.")
    return folder or results_folder()


def wide_console() -> Console:
    """Return a console that does not squeeze tables when its output is no terminal.

    Square brackets are printed as they are: rows have them.
    """
    console = Console(markup=False)
    return console if console.is_terminal else Console(width=WIDTH_OF_FILES, markup=False)


def _judged(table: PaperTable, folder: Path, name=None, row=None, column=None, backend=None) -> list[Verdict]:
    cells = table.cells(name, row, column)
    return verdicts(table, cells, RecordFiles(table.paper, folder).records(), backend=backend)


def _list_cells(table: PaperTable, console: Console) -> None:
    console.print(table.title, markup=False)
    cells = table.cells()
    for name in dict.fromkeys(cell.table for cell in cells):
        mine = [cell for cell in cells if cell.table == name]
        for what in ("row", "column"):
            names = dict.fromkeys(getattr(cell, what) for cell in mine)
            console.print(f"table {name}, {what}s: {', '.join(names)}", markup=False)
