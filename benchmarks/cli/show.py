"""retable list | show | plan: answers from the files alone, without a deep-learning library."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.claims import Order, claim_rows
from benchmarks.cli import arguments
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
from benchmarks.evidence.roots import UnknownCode
from benchmarks.jobs import Planned
from benchmarks.reproduce import verdicts
from benchmarks.signals import Status
from benchmarks.table import PaperTable, UnknownName, load_table, load_tables, match
from benchmarks.training.backends import BACKENDS
from results.folders import KnownRecords, lends, results_folder
from results.ledger import ResultsError
from results.published import Cell, Kind
from results.records import RecordFiles, RunRecord
from results.tables import as_json, as_row, cost_rows, counts, number, published
from results.verdicts import Answer, Verdict
from results.writing import matrix
from results.writing.formats import as_csv
from results.writing.grid import brief_grids
from results.writing.matrix import Values

BROKEN = (UnknownName, ResultsError, UnknownCode, SyntaxError, OSError)  # files of one paper, or code behind it
SHAPES = ("list", "paper")

if TYPE_CHECKING:
    from benchmarks.nights.forecast import Forecast


def list_papers(
    paper: Annotated[str | None, typer.Argument(help="List its rows and columns.")] = None,
    format: arguments.Format = "table",
) -> None:
    """List the papers, or the tables, rows and columns of one."""
    chosen = match("format", format, FORMATS)
    if paper is None:
        _print_papers(chosen)
    else:
        _print_cells(load_table(paper), chosen)


def _print_papers(form: str) -> None:
    """Print how far every paper is, but for those that are broken."""
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
    paper: Annotated[str | None, typer.Argument(help="A paper; without one, how far each is.")] = None,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    backend: Annotated[str | None, typer.Option(help="Judge by the runs of this back end.")] = None,
    claims: Annotated[bool, typer.Option("--claims", help="The paper's order claims instead.")] = False,
    attempted: Annotated[bool, typer.Option("--attempted", help="Leave out cells without a recipe.")] = False,
    costs: Annotated[bool, typer.Option("--costs", help="Time and memory of a run instead.")] = False,
    shape: Annotated[str, typer.Option(help="list, or paper: rows by columns, as printed.")] = "list",
    values: Annotated[str | None, typer.Option(help="With --shape paper: theirs, ours or both [both].")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Every column, also on a narrow terminal.")] = False,
    format: arguments.Format = "table",
) -> None:
    """Print published numbers beside ours, with a verdict for each."""
    chosen, shaped = match("format", format, FORMATS), match("shape", shape, SHAPES)
    if values and shaped != "paper":
        raise ResultsError("--values goes with --shape paper.")
    numbers = Values(match("values", values or Values.BOTH, list(Values)))
    if paper is None:
        if table or row or column:
            raise ResultsError("--table, --row and --column choose cells of one paper: name it too.")
        _print_papers(chosen)
        return
    found = load_table(paper)
    used = match("back end", backend, list(BACKENDS)) if backend else None
    cells, folder = found.cells(table, row, column), existing(results)
    records = KnownRecords(found.paper, folder).records()
    if costs:
        _print_costs(found, cells, records, chosen)
        return
    is_plain = (chosen, shaped) == ("table", "list")
    orders = claim_rows(found, records, table, column) if claims or (is_plain and not row) else []
    if attempted:
        orders = [order for order in orders if order["order"] != Order.NOT_ATTEMPTED]
    if claims:
        print_rows(orders, chosen, f"{found.title}: order claims")
        return
    judged = verdicts(found.plan(cells), records, backend=used)
    if is_plain:
        print_verdicts(found, judged, attempted=attempted, wide=wide)
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


def plan(
    paper: arguments.Paper,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    backend: arguments.BackendName = "tensorflow",
    seeds: arguments.Seeds = None,
    format: arguments.Format = "table",
) -> None:
    """Print the jobs that `run` would train, how long they take, and what they lack; nothing is trained.

    Exits with 5 when no job can run here.
    """
    found = load_table(paper)
    cells = found.cells(table, row, column)
    used, chosen = match("back end", backend, list(BACKENDS)), match("format", format, FORMATS)
    print_forecasts(found.plan(cells), existing(results), used, seeds=seeds, format=chosen)


def print_forecasts(
    planned: Sequence[Planned],
    folder: Path,
    backend: str,
    *,
    seeds: int | None = None,
    until_settled: bool = False,
    format: str = "table",
) -> None:
    """Print what a run of some cells would do; exit with 5 when no job can run here."""
    from benchmarks.nights.forecast import forecasts, forecasts_to_next_look, obstacles

    records = RecordFiles(planned[0].cell.paper, folder).records()
    if until_settled:
        found = forecasts_to_next_look(planned, records, backend=backend)
    else:
        found = forecasts(planned, records, backend=backend, seeds=seeds)
    if format in PLAIN_DATA:
        print_rows([_forecast_data(one) for one in found], format, "")
    elif found:
        print_rows([_forecast_row(one) for one in found], format, "Jobs to run")
    if format == "table":
        _print_totals(found)
    reasons = obstacles(planned, records, backend=backend, seeds=seeds)
    for reason, count in reasons.items():
        warn(f"{count} cell(s) can't run here: {reason}.")
    if sum(reasons.values()) == len(planned):
        raise typer.Exit(Status.NO_EVIDENCE)


def _forecast_data(one: "Forecast") -> dict[str, Any]:
    """Return a forecast as plain data: numbers as numbers, None for what is not known."""
    cell = one.planned.cell
    return {
        "paper": cell.paper,
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "runs_done": one.done,
        "runs_wanted": one.wanted,
        "jobs": one.jobs,
        "files": [{"name": file.name, "bytes": file.size, "address": file.address} for file in one.files],
        "seconds_per_job": one.duration.seconds,
        "hours": one.hours,
        "basis": one.duration.basis,
        "guess": one.duration.is_guess,
        "power": one.power,
    }


def _forecast_row(one: "Forecast") -> dict[str, str]:
    cell = one.planned.cell
    return {
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "runs done": f"{one.done} of {one.wanted}",
        "jobs to run": str(one.jobs),
        "MB to fetch": number(sum(file.size for file in one.files) / 1e6) if one.files else "",
        "seconds a job": "unknown" if one.hours is None else number(one.duration.seconds, 1),
        "hours": "unknown" if one.hours is None else number(one.hours),
        "taken from": one.duration.basis,
        "power at the next look": "unknown" if one.power is None else f"{100 * one.power:.0f} %",
    }


def _print_totals(found: "Sequence[Forecast]") -> None:
    from benchmarks.nights.forecast import totals
    from data_pipelines.download import has_no_address

    for file in dict.fromkeys(file for one in found for file in one.files):
        where = ", which only a mirror (RETABLE_MIRROR) can have" if has_no_address(file) else ""
        print(f"To be fetched: {file.name}, {number(file.size / 1e6)} MB{where}.")
    print(totals(found))
