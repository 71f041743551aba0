"""retable compare: two groups of runs, cell by cell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from benchmarks.cli.console import FORMATS, PLAIN_DATA, existing, print_rows, warn
from benchmarks.cli.options import arguments
from benchmarks.evidence import groups as evidence
from benchmarks.signals import Status
from benchmarks.table import PaperTable, load_table, match
from results.comparison import TOO_FEW, Comparison, as_data, conditions, select
from results.folders import KnownRecords
from results.ledger import ResultsError
from results.tables import decimals, exact, interval, number, place, signed
from results.verdicts import Verdict

SOURCES = ("csv", "mlflow")
FAILURES = ("worse", "never")


def compare_groups(
    paper: arguments.Paper,
    first: Annotated[str, typer.Argument(help="all, or conditions: backend=jax,commit=c0ffee,date=2026-11.")],
    second: Annotated[str, typer.Argument(help="The group that is compared with the first.")],
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    second_results: Annotated[Path | None, typer.Option(help="Another folder for the second group.")] = None,
    source: Annotated[str, typer.Option("--from", help="csv or mlflow.")] = "csv",
    where: Annotated[str, typer.Option(help="With --from mlflow: a filter of MLflow's, for both groups.")] = "",
    format: arguments.Format = "table",
    fail_on: Annotated[
        str, typer.Option(help="worse: exit 1 when the second group is worse in some cell, each tested at 5 %.")
    ] = "never",
    across: Annotated[
        bool, typer.Option("--across", help="Also groups that differ in more than their conditions.")
    ] = False,
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="Also runs whose code has changed since.")
    ] = False,
) -> None:
    """Compare two groups of runs, cell by cell.

    Each has its verdict, and the paired difference its test.
    """
    chosen, failing = match("format", format, FORMATS), match("--fail-on", fail_on, FAILURES)
    found = load_table(paper)
    read = _reader(found, match("source", source, SOURCES), where)
    folder = existing(results)
    one = select(read(folder), first)
    two = select(read(existing(second_results) if second_results else folder), second)
    planned = found.plan(found.cells(table, row, column))
    known = conditions(first) & conditions(second)
    compared = evidence.compare_groups(planned, one, two, known=known, across=across, allow_stale=allow_stale)
    if failing == "worse" and not compared.cells:
        _without_evidence(compared.alone or ["every cell"])
    if not compared.cells:
        raise ResultsError(f"No cell has runs in both groups: {len(one)} and {len(two)} runs were chosen.")
    rows = [(as_data if chosen in PLAIN_DATA else as_row)(comparison) for comparison in compared.cells]
    caption = compared.difference and f"They differ in {compared.difference}."
    print_rows(rows, chosen, f"{found.title}: {first} and {second}", caption)
    if failing == "worse":
        _close(compared.cells, compared.alone)


def _close(compared: Sequence[Comparison], alone: Sequence[str]) -> None:
    """Exit with the status of a gate: closed by a worse cell, or by a cell without enough pairs.

    `alone` names the cells of which only one group has runs.
    """
    if any(comparison.answer in ("worse", "differs") for comparison in compared):
        raise typer.Exit(Status.FAILED)
    if few := [comparison.cell.name for comparison in compared if comparison.answer == TOO_FEW] + [*alone]:
        _without_evidence(few)


def _without_evidence(names: Sequence[str]) -> NoReturn:
    warn(f"No evidence: too few pairs of {', '.join(dict.fromkeys(names))}.")
    raise typer.Exit(Status.NO_EVIDENCE)


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
    places = decimals(verdict.cell)
    within = f", interval {interval(verdict.interval, places)}" if verdict.interval else ""
    spread = "" if verdict.deviation is None else f", sd {number(verdict.deviation, places)}"
    return {
        name: f"{number(verdict.mean, places)}{spread}{within}",
        f"{name} runs": str(len(verdict.units)),
        f"{name} verdict": str(verdict.answer),
    }


def _reader(table: PaperTable, source: str, where: str):
    """Return the function from a results folder to records."""
    if source == "csv":
        if where:
            raise ResultsError("--where goes with --from mlflow.")
        return lambda folder: KnownRecords(table.paper, folder).records()
    from results.tracking.reader import tracked_records

    return lambda folder: tracked_records(table.paper, folder, where, warn, table.metrics)
