"""retable judge: somebody's own numbers beside the published value and our runs."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.cli.console import existing, print_rows, warn, wide_console
from benchmarks.cli.options import arguments
from benchmarks.own_numbers.files import graded, judged, number_in
from benchmarks.own_numbers.judgement import Judgement, compared
from benchmarks.own_numbers.reference import Reference, reference
from benchmarks.own_numbers.wording import as_json, as_row, caveats, lines, row_of_numbers, title
from benchmarks.signals import Status
from benchmarks.table import match
from results.ledger import ResultsError

FORMATS = ("table", "csv", "json", "markdown")


def judge(
    paper: arguments.Paper,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="VALUE", help="One a run: a seed, or a mean over all folds."),
    ] = None,
    table: arguments.OneTable = None,
    row: arguments.OneRow = None,
    column: arguments.OneColumn = None,
    metric: Annotated[str | None, typer.Option("--metric", help="Where a place has several.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--from", help="CSV with the column value; also table, row, column, metric, seed, fold."),
    ] = None,
    grade: Annotated[Path | None, typer.Option("--grade", help="CSV with the columns name and value.")] = None,
    results: arguments.Results = None,
    format: Annotated[str, typer.Option(help="table, csv, json or markdown.")] = "table",
) -> None:
    """Judge your own numbers, from any code.

    They are judged by the published value and by our runs. Nothing is trained.

    Give the values, or a file. A CSV file has a line for each number, below a line of column names: --from, a line
    a run, of one or several cells; --grade, a line a run, of several people. With a column fold, the folds of a
    seed are averaged to one run.
    """
    chosen = match("format", format, FORMATS)
    if sum(map(bool, (values, file, grade))) != 1:
        raise ResultsError("Expected values, or --from FILE, or --grade FILE, and only one of them.")
    given = {"table": table, "row": row, "column": column, "metric": metric}
    find = partial(_find, paper, existing(results), given)
    if grade:
        _grade(grade, find(), chosen)
    elif file:
        _print(judged(file, find), chosen)
    else:
        numbers = [number_in(text, f"Argument {place}") for place, text in enumerate(values or (), start=1)]
        _print([compared(find(), numbers)], chosen)


def _find(paper: str, folder: Path, given: dict[str, str | None], **named: str) -> Reference:
    """Return what is known about the cell that options and a file name; what the file names comes first."""
    return reference(paper, results=folder, **{**given, **named})


def _print(found: Sequence[Judgement], form: str) -> None:
    if form != "table":
        as_plain: Callable[[Judgement], dict[str, Any]] = as_json if form == "json" else as_row
        print_rows([as_plain(one) for one in found], form, "")
        return
    for place, one in enumerate(found):
        text = "\n".join(lines(one))
        wide_console().print(f"\n{text}" if place else text, markup=False)


def _grade(path: Path, known: Reference, form: str) -> None:
    """Print a row for each name; exit with 1 where lines are left out."""
    found, problems = graded(path, known)
    as_plain: Callable[[Judgement], dict[str, Any]] = as_json if form == "json" else row_of_numbers
    rows = [{"name": name, **as_plain(one)} for name, one in found]
    if rows:
        print_rows(rows, form, title(found[0][1]), " ".join(caveats(found[0][1])))
    for problem in problems:
        warn(problem)
    if problems:
        raise typer.Exit(Status.FAILED)
