"""retable list | show | plan: answers from the files alone, without a deep-learning library."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.claims import Order, claim_rows
from benchmarks.cli import arguments, completion, trials
from benchmarks.cli.console import FORMATS, existing, print_rows, print_verdicts, warn, wide_console
from benchmarks.evidence.roots import UnknownCode
from benchmarks.jobs import Options, Planned
from benchmarks.reproduce import verdicts
from benchmarks.signals import Status
from benchmarks.table import PaperTable, UnknownName, load_table, match, paper_names
from benchmarks.training.backends import BACKENDS
from results.ledger import ResultsError
from results.published import Kind
from results.records import RecordFiles, results_folder
from results.tables import as_json, as_row, cost_rows, coverage, number
from results.verdicts import Answer

BROKEN = (UnknownName, ResultsError, UnknownCode, SyntaxError, OSError)  # files of one paper, or code behind it

if TYPE_CHECKING:
    from benchmarks.nights.forecast import Forecast


def list_papers(
    paper: Annotated[
        str | None, typer.Argument(help="List its rows and columns.", autocompletion=completion.papers)
    ] = None,
) -> None:
    """List the papers, or the tables, rows and columns of one."""
    console = wide_console()
    if paper is not None:
        _list_cells(load_table(paper), console)
        return
    grid = Table("paper", "results reproduced", "counts", "claims", "title")
    for name in paper_names():
        try:
            table = load_table(name)
            judged = verdicts(table.plan(), RecordFiles(table.paper, results_folder()).records())
        except BROKEN as error:  # one broken paper does not hide the others
            warn(f"{name}: {error}")
            continue
        grid.add_row(name, *(coverage(judged, kind) for kind in Kind), table.title)
    console.print(grid)


def show(
    paper: arguments.Paper,
    table: arguments.TableName = None,
    row: arguments.Rows = None,
    column: arguments.Column = None,
    results: arguments.Results = None,
    backend: Annotated[str | None, typer.Option(help="Judge by the runs of this back end.")] = None,
    claims: Annotated[bool, typer.Option("--claims", help="The paper's order claims instead.")] = False,
    attempted: Annotated[bool, typer.Option("--attempted", help="Leave out cells without a recipe.")] = False,
    costs: Annotated[bool, typer.Option("--costs", help="Time and memory of a run instead.")] = False,
    changes: trials.Set = None,
    epochs: arguments.Epochs = None,
    lookalike: trials.Lookalike = False,
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Print published numbers beside ours, with a verdict for each.

    With the settings of a trial: ours are its runs.
    """
    chosen = match("format", format, FORMATS)
    found = load_table(paper)
    used = match("back end", backend, list(BACKENDS)) if backend else None
    wanted: list[str | None] = [*row] if row else [None]
    cells = [cell for name in wanted for cell in found.cells(table, name, column)]
    options = Options(epochs, lookalike, changes=trials.changes(found, cells, changes, epochs))
    folder, mark = trials.shown(existing(results), options)
    records = RecordFiles(found.paper, folder).records()
    if mark and (costs or claims or chosen != "table"):
        warn(mark)
    if costs:
        places = {cell[1:4] for cell in cells if cell.kind == Kind.PERFORMANCE}
        rows = cost_rows(record for record in records if record.key[1:4] in places)
        print_rows(rows, chosen, found.title)
        return
    has_orders = claims or (chosen == "table" and not row and not options.is_trial)
    orders = claim_rows(found, records, table, column) if has_orders else []
    if attempted:
        orders = [order for order in orders if order["order"] != Order.NOT_ATTEMPTED]
    if claims:
        print_rows(orders, chosen, f"{found.title}: order claims")
        return
    judged = verdicts(found.plan(cells, options), records, backend=used)
    if chosen != "table":
        written = as_json if chosen == "json" else as_row
        shown = [verdict for verdict in judged if not attempted or verdict.answer != Answer.NOT_ATTEMPTED]
        print_rows([written(verdict) for verdict in shown], chosen, found.title)
        return
    print_verdicts(found, judged, mark, attempted=attempted)
    if orders:
        print_rows(orders, chosen, "Order claims")


def plan(
    paper: arguments.Paper,
    table: arguments.TableName = None,
    row: arguments.Rows = None,
    column: arguments.Column = None,
    results: arguments.Results = None,
    backend: arguments.BackendName = "tensorflow",
    seeds: arguments.Seeds = None,
    changes: trials.Set = None,
    epochs: arguments.Epochs = None,
    lookalike: trials.Lookalike = False,
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Print what `run` would train, its time, and what it lacks.

    Nothing is trained. Exits with 5 when no job can run here.
    """
    found = load_table(paper)
    wanted: list[str | None] = [*row] if row else [None]
    cells = [cell for name in wanted for cell in found.cells(table, name, column)]
    used, chosen = match("back end", backend, list(BACKENDS)), match("format", format, FORMATS)
    options = Options(epochs, lookalike, changes=trials.changes(found, cells, changes, epochs))
    folder, mark = trials.shown(existing(results), options)
    planned = found.plan(cells, options)
    if mark:
        warn(mark)
    print_forecasts(planned, folder, used, seeds=seeds, format=chosen)


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
    if format == "json":
        print_rows([_forecast_json(one) for one in found], format, "")
    elif found:
        print_rows([_forecast_row(one) for one in found], format, "Jobs to run")
    if format == "table":
        _print_totals(found)
    reasons = obstacles(planned, records, backend=backend, seeds=seeds)
    for reason, count in reasons.items():
        warn(f"{count} cell(s) can't run here: {reason}.")
    if sum(reasons.values()) == len(planned):
        raise typer.Exit(Status.NO_EVIDENCE)


def _forecast_json(one: "Forecast") -> dict[str, Any]:
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


def _list_cells(table: PaperTable, console: Console) -> None:
    console.print(table.title, markup=False)
    cells = table.cells()
    for name in dict.fromkeys(cell.table for cell in cells):
        mine = [cell for cell in cells if cell.table == name]
        for what in ("row", "column"):
            names = dict.fromkeys(getattr(cell, what) for cell in mine)
            console.print(f"table {name}, {what}s: {', '.join(names)}", markup=False)
