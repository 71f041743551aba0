"""retable list | show: answers from the files alone, without a deep-learning library."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.claims import Order, claim_rows, judge_claims
from benchmarks.cli.console import (
    FORMATS,
    PLAIN_DATA,
    existing,
    print_grids,
    print_rows,
    print_verdicts,
    warn,
    wide_console,
)
from benchmarks.cli.options import arguments, completion, trials
from benchmarks.evidence.roots import UnknownCode
from benchmarks.jobs import Options
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable, UnknownName, load_table, load_tables, match
from benchmarks.training.backends import BACKENDS
from results.folders import KnownRecords, lends, results_folder
from results.ledger import ResultsError
from results.published import Cell, Kind
from results.records import RunRecord
from results.tables import as_json, as_row, cost_rows, counts, published
from results.verdicts import Answer, Verdict
from results.writing import matrix
from results.writing.formats import as_csv
from results.writing.grid import brief_grids
from results.writing.matrix import Values

BROKEN = (UnknownName, ResultsError, UnknownCode, SyntaxError, OSError)  # files of one paper, or code behind it
SHAPES = ("list", "paper")

if TYPE_CHECKING:
    pass


def list_papers(
    paper: Annotated[
        str | None, typer.Argument(help="List its rows and columns.", autocompletion=completion.papers)
    ] = None,
    format: arguments.Format = "table",
) -> None:
    """List the papers, or the tables, rows and columns of one."""
    chosen = match("format", format, FORMATS)
    if paper is None:
        _print_papers(chosen)
    else:
        _print_cells(load_table(paper), chosen)


def _print_papers(form: str, are_chosen: bool = False) -> None:
    """Print how far every paper is, but for those that are broken. Raises ResultsError if cells are chosen."""
    if are_chosen:
        raise ResultsError("--table, --row and --column choose cells of one paper: name it too.")
    rows = []
    for table in load_tables(warn):
        try:
            judged = verdicts(table.plan(), KnownRecords(table.paper, results_folder()).records())
        except BROKEN as error:  # one broken paper does not hide the others
            warn(f"{table.paper}: {error}")
            continue
        rows.append(_paper_data(table, judged) if form in PLAIN_DATA else _paper_row(table, judged))
    print_rows(rows, form, "", "Reproduced / runnable / printed.")


def _paper_data(table: PaperTable, judged: Sequence[Verdict]) -> dict[str, Any]:
    return {"paper": table.paper, "title": table.title, **{str(kind): counts(judged, kind) for kind in Kind}}


def _paper_row(table: PaperTable, judged: Sequence[Verdict]) -> dict[str, str]:
    headings = ("results", "counts", "claims")
    found = {name: _brief(counts(judged, kind)) for name, kind in zip(headings, Kind, strict=True)}
    return {"paper": table.paper, **found, "title": table.title}


def _brief(found: Mapping[str, int]) -> str:
    stale = f" ({found['stale']} stale)" if found["stale"] else ""
    return f"{found['reproduced']} / {found['runnable']} / {found['printed']}{stale}" if found["printed"] else ""


def _print_cells(table: PaperTable, form: str) -> None:
    """Print the printed cells of a paper as plain data, or the names of each table."""
    cells = table.cells()
    if form in PLAIN_DATA:
        print_rows([published(cell) for cell in cells], form, table.title)
        return
    rows = [
        {"table": one.table, "rows": ", ".join(one.rows), "columns": ", ".join(one.columns)}
        for one in matrix.matrices(cells, lambda cell: cell)
    ]
    if form != "table":
        print_rows(rows, form, table.title)
        return
    console = wide_console()
    console.print(table.title)
    for row in rows:
        for what in ("rows", "columns"):
            console.print(f"table {row['table']}, {what}: {row[what]}")


def show(
    paper: Annotated[
        str | None, typer.Argument(help="A paper; without one, how far each is.", autocompletion=completion.papers)
    ] = None,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    backend: Annotated[str | None, typer.Option(help="Judge by the runs of this back end.")] = None,
    claims: Annotated[bool, typer.Option("--claims", help="The paper's order claims instead.")] = False,
    attempted: Annotated[bool, typer.Option("--attempted", help="Leave out cells without a recipe.")] = False,
    costs: Annotated[bool, typer.Option("--costs", help="Time and memory of a run instead.")] = False,
    changes: trials.Set = None,
    epochs: arguments.Epochs = None,
    lookalike: trials.Lookalike = False,
    shape: Annotated[str, typer.Option(help="list, or paper: rows by columns, as printed.")] = "list",
    values: Annotated[str | None, typer.Option(help="With --shape paper: theirs, ours or both [both].")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Every column, also on a narrow terminal.")] = False,
    format: arguments.Format = "table",
) -> None:
    """Print published numbers beside ours, with a verdict for each.

    With the settings of a trial: ours are its runs.
    """
    chosen, shaped = match("format", format, FORMATS), match("shape", shape, SHAPES)
    if values and shaped != "paper":
        raise ResultsError("--values goes with --shape paper.")
    numbers = Values(match("values", values or Values.BOTH, list(Values)))
    if paper is None:
        _print_papers(chosen, are_chosen=bool(table or row or column))
        return
    found = load_table(paper)
    used = match("back end", backend, list(BACKENDS)) if backend else None
    cells = found.cells(table, row, column)
    options = Options(epochs, lookalike, changes=trials.changes(found, cells, changes, epochs))
    folder, mark = trials.shown(existing(results), options)
    records = KnownRecords(found.paper, folder).records()
    is_plain = (chosen, shaped) == ("table", "list")
    if mark and (costs or claims or not is_plain):
        warn(mark)
    if costs:
        _print_costs(found, cells, records, chosen)
        return
    has_orders = claims or (is_plain and not row and not options.is_trial)
    judged_orders = judge_claims(found, records, options) if has_orders else []
    orders = claim_rows(judged_orders, found.cells(table, None, column))
    orders = [order for order in orders if not attempted or order["order"] != Order.NOT_ATTEMPTED]
    if claims:
        print_rows(orders, chosen, f"{found.title}: order claims")
        return
    judged = verdicts(found.plan(cells, options), records, backend=used)
    if is_plain:
        print_verdicts(found, judged, mark, attempted=attempted, wide=wide)
        _print_more(orders, folder)
        return
    shown = [verdict for verdict in judged if not attempted or verdict.answer != Answer.NOT_ATTEMPTED]
    if shaped == "paper":
        _print_matrices(found, shown, chosen, numbers)
    else:
        _print_list(found, shown, chosen)


def _print_more(orders: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Print order claims, if there are any, and whose records were judged."""
    if orders:
        print_rows(orders, "table", "Order claims")
    if lends(folder):
        print(f"Recipes that you have not run are judged by the project's records; yours go to {folder}.")


def _print_costs(found: PaperTable, cells: Sequence[Cell], records: Sequence[RunRecord], form: str) -> None:
    places = {cell[1:4] for cell in cells if cell.kind == Kind.PERFORMANCE}
    print_rows(cost_rows(record for record in records if record.key[1:4] in places), form, found.title)


def _print_list(found: PaperTable, judged: Sequence[Verdict], form: str) -> None:
    """Print a line for each verdict; LaTeX gets the brief ones, table by table, as a page is narrow."""
    if form == "latex":
        print_grids(brief_grids(judged, f"{found.title}, "), form)
    else:
        written = as_json if form in PLAIN_DATA else as_row
        print_rows([written(verdict) for verdict in judged], form, found.title)


def _print_matrices(found: PaperTable, judged: Sequence[Verdict], form: str, values: Values) -> None:
    """Print verdicts as the tables of the paper; those that print nothing have no published numbers to show."""
    printed = {verdict.cell.table for verdict in judged if verdict.cell.value is not None}
    shown = [verdict for verdict in judged if values != Values.THEIRS or verdict.cell.table in printed]
    tables = matrix.of_one_number(shown)
    if form == "json":
        print_rows([matrix.as_json(one, values) for one in tables], form, found.title)
    elif form == "csv":
        print(as_csv(*matrix.as_records(tables, values)), end="")
    else:
        print_grids([matrix.as_grid(one, values, found.title) for one in tables], form)
