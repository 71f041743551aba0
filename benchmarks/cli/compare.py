"""retable compare: two groups of runs, cell by cell."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli import arguments
from benchmarks.cli.console import existing, print_rows, warn
from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted
from benchmarks.table import PaperTable, load_table, match
from results.comparison import Comparison, compare, select
from results.ledger import ResultsError
from results.records import RecordFiles, RunRecord
from results.tables import decimals, exact, number, place, signed
from results.verdicts import Verdict

FORMATS = ("table", "csv", "json", "markdown")
SOURCES = ("csv", "mlflow")
FAILURES = ("worse", "never")


def compare_groups(
    paper: arguments.Paper,
    first: Annotated[str, typer.Argument(help="all, or conditions: backend=jax,commit=c0ffee,date=2026-11 ...")],
    second: Annotated[str, typer.Argument(help="The group that is compared with the first.")],
    table: arguments.TableName = None,
    row: arguments.Row = None,
    column: arguments.Column = None,
    results: arguments.Results = None,
    second_results: Annotated[Path | None, typer.Option(help="Another folder for the second group.")] = None,
    source: Annotated[str, typer.Option("--from", help="csv or mlflow.")] = "csv",
    where: Annotated[str, typer.Option(help="With --from mlflow: a filter of MLflow's, for both groups.")] = "",
    format: Annotated[str, typer.Option(help="table, csv, json or markdown.")] = "table",
    fail_on: Annotated[
        str, typer.Option(help="worse: exit 1 when the second group is worse in some cell, each tested at 5 %.")
    ] = "never",
) -> None:
    """Compare two groups of runs: each with its verdict, and the paired difference with its test."""
    chosen, failing = match("format", format, FORMATS), match("--fail-on", fail_on, FAILURES)
    found = load_table(paper)
    read = _reader(found, match("source", source, SOURCES), where)
    folder = existing(results)
    one = select(read(folder), first)
    two = select(read(existing(second_results) if second_results else folder), second)
    compared = [
        comparison
        for planned in found.plan(found.cells(table, row, column))
        if (comparison := _compared(planned, one, two)) is not None
    ]
    if not compared:
        raise ResultsError(f"No cell has runs in both groups: {len(one)} and {len(two)} runs were chosen.")
    rows = [as_row(comparison) for comparison in compared]
    print_rows(rows, chosen, f"{found.title}: {first} and {second}")
    if failing == "worse" and any(comparison.answer in ("worse", "differs") for comparison in compared):
        raise typer.Exit(1)


def as_row(comparison: Comparison) -> dict[str, str]:
    """Return a row of the comparison, as texts by heading."""
    cell = comparison.cell
    p_value = comparison.p_value
    return {
        **place(cell),
        "metric": cell.metric.name,
        "published": exact(cell.value),
        **_columns("first", comparison.first),
        **_columns("second", comparison.second),
        "pairs": str(comparison.pairs),
        "second - first": signed(comparison.difference),
        "p": "" if p_value is None else f"{p_value:.2g}",
        "second is": comparison.answer,
    }


def _columns(name: str, verdict: Verdict) -> dict[str, str]:
    low, high = verdict.interval or (None, None)
    places = decimals(verdict.cell)
    interval = "" if low is None or high is None else f" [{low:.{places}f}, {high:.{places}f}]"
    spread = "" if verdict.deviation is None else f", sd {number(verdict.deviation, places)}"
    return {
        name: f"{number(verdict.mean, places)}{spread}{interval}",
        f"{name} runs": str(len(verdict.units)),
        f"{name} verdict": str(verdict.answer),
    }


def _reader(table: PaperTable, source: str, where: str):
    """Return the function from a results folder to records."""
    if source == "csv":
        if where:
            raise ResultsError("--where goes with --from mlflow.")
        return lambda folder: RecordFiles(table.paper, folder).records()
    from results.tracking import tracked_records

    return lambda folder: tracked_records(table.paper, folder, where, warn)


def _compared(planned: Planned, one: list[RunRecord], two: list[RunRecord]) -> Comparison | None:
    """Compare a cell by today's recipe; None unless both groups have runs of it."""
    recipe = planned.recipe
    mine = [[r for r in group if r.key.fingerprint == planned.fingerprint and r.metrics] for group in (one, two)]
    if isinstance(recipe, NotAttempted) or not all(mine):
        return None
    return compare(planned.cell, *mine, folds=recipe.dataset.folds, runs=recipe.runs)
