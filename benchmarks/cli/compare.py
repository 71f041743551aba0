"""retable compare: two groups of runs, cell by cell."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from benchmarks.cli import arguments
from benchmarks.cli.console import existing, print_rows, warn
from benchmarks.evidence.comparable import differences
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted
from benchmarks.signals import Status
from benchmarks.table import PaperTable, load_table, match
from results.comparison import TOO_FEW, Comparison, compare, conditions, select
from results.ledger import ResultsError
from results.records import RecordFiles, RunRecord
from results.tables import decimals, exact, interval, number, place, signed
from results.verdicts import Verdict

FORMATS = ("table", "csv", "json", "markdown")
SOURCES = ("csv", "mlflow")
FAILURES = ("worse", "never")
Group = tuple[Planned, list[RunRecord], list[RunRecord]]  # a cell with its runs in both groups


def compare_groups(
    paper: arguments.Paper,
    first: Annotated[str, typer.Argument(help="all, or conditions: backend=jax,commit=c0ffee,date=2026-11.")],
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
    every = [(cell, _of_recipe(cell, one), _of_recipe(cell, two)) for cell in planned]
    groups = [group for group in every if group[1] and group[2]]
    alone = [cell.cell.name for cell, *both in every if any(both) and not all(both)]
    if failing == "worse" and not groups:
        _without_evidence(alone or ["every cell"])
    if not groups:
        raise ResultsError(f"No cell has runs in both groups: {len(one)} and {len(two)} runs were chosen.")
    rechecks = Rechecks.read()
    if not allow_stale:
        _refuse_stale(groups, rechecks)
    caption = _unequal(groups, conditions(first) & conditions(second), rechecks)
    if caption and not across:
        raise ResultsError(f"The groups differ in more than their conditions: {caption}. --across compares them.")
    compared = [_compared(*group) for group in groups]
    rows = [as_row(comparison) for comparison in compared]
    print_rows(rows, chosen, f"{found.title}: {first} and {second}", caption and f"They differ in {caption}.")
    if failing == "worse":
        _close(compared, alone)


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
        return lambda folder: RecordFiles(table.paper, folder).records()
    from results.tracking.reader import tracked_records

    return lambda folder: tracked_records(table.paper, folder, where, warn)


def _of_recipe(planned: Planned, group: Sequence[RunRecord]) -> list[RunRecord]:
    """Return the finished runs of today's recipe of a cell."""
    if isinstance(planned.recipe, NotAttempted):
        return []
    return [record for record in group if record.key.fingerprint == planned.fingerprint and record.metrics]


def _refuse_stale(groups: Sequence[Group], rechecks: Rechecks) -> None:
    """Raise ResultsError for runs of other code than today's."""
    changed = (
        r for planned, *both in groups for one in both for r in one if not rechecks.same(r.code, planned.code)
    )
    if stale := list({record.key: record for record in changed}.values()):  # tables may share runs
        raise ResultsError(
            f"{len(stale)} of the runs are stale: their code has changed, as of {stale[0].key} since commit "
            f"{stale[0].commit}. `retable recheck` shows whether they still hold; --allow-stale compares them."
        )


def _unequal(groups: Sequence[Group], known: Collection[str], rechecks: Rechecks) -> str:
    """Name what differs between the groups of any cell beside their conditions."""
    found = [text for _, one, two in groups for text in differences(one, two, known, rechecks)]
    return "; ".join(dict.fromkeys(found))


def _compared(planned: Planned, one: list[RunRecord], two: list[RunRecord]) -> Comparison:
    """Compare a cell by today's recipe, which it has."""
    recipe = planned.recipe
    assert not isinstance(recipe, NotAttempted)
    return compare(planned.cell, one, two, folds=recipe.dataset.folds, runs=recipe.runs)
