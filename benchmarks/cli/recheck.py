"""retable recheck: does changed code still compute the numbers of its records?"""

import math
from typing import Annotated

import typer

from benchmarks import provenance
from benchmarks.cli.console import existing, warn
from benchmarks.cli.options import arguments, completion
from benchmarks.evidence.history import NoSuchCommit, in_history
from benchmarks.evidence.recheck import Doubt, doubts, recheck
from benchmarks.evidence.rechecks import Outcome, Recheck, Rechecks, outside_ledger, write
from benchmarks.outside.paper_files import own_papers
from benchmarks.signals import Status
from benchmarks.table import load_table, load_tables
from benchmarks.training.earlier_checkpoints import as_records
from results.ledger import ResultsError
from results.records import RecordFiles


def recheck_records(
    paper: Annotated[str | None, typer.Argument(help="Only this paper.", autocompletion=completion.papers)] = None,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    real: Annotated[bool, typer.Option("--real", help="On the real data, not on small generated files.")] = False,
    minutes: Annotated[
        float, typer.Option(min=0, help="Stop after these minutes; the next call goes on.")
    ] = math.inf,
) -> None:
    """Compare the code of stale records and checkpoints with today's.

    Both train a cell for two epochs; equal numbers let the records count, and jobs continue.
    """
    if paper is None and (table or row or column):
        raise ResultsError("--table, --row and --column choose cells of one paper: name it too.")
    if not provenance.is_clean():
        raise ResultsError(f"A probe compares two commits, and {provenance.difference()}.")
    rechecks, folder = Rechecks.read(), existing(results)
    found: list[Doubt] = []
    for loaded in [load_table(paper)] if paper else load_tables(warn):
        planned = loaded.plan(loaded.cells(table, row, column))
        begun = [one for one in as_records(loaded.paper) if in_history(one.commit)]  # not of other checkouts
        found += doubts(planned, [*begun, *RecordFiles(loaded.paper, folder).records()], rechecks)
    print(
        f"{len(found)} state(s) of the code to compare with today's."
        if found
        else "Every state of the code is today's, or was compared."
    )
    outcomes = []
    try:
        for number, outcome in enumerate(recheck(found, real=real, minutes=minutes), start=1):
            is_outside = outcome.paper not in own_papers()
            write([outcome], outside_ledger() if is_outside else None)
            outcomes.append(outcome.outcome)
            print(f"[{number}/{len(found)}] {_line(outcome)}")
    except NoSuchCommit as error:
        raise ResultsError(f"Some records can't be rechecked here: {error}.") from error
    if len(outcomes) < len(found):
        print(f"Stopped after {minutes:g} minutes; the same command goes on.")
        raise typer.Exit(Status.STOPPED)
    if any(outcome in (Outcome.UNEQUAL, Outcome.FAILED) for outcome in outcomes):
        raise typer.Exit(Status.FAILED)


def _line(outcome: Recheck) -> str:
    about = f": {outcome.reason}" if outcome.reason else ""
    return f"{outcome.paper} / {outcome.row} / {outcome.column}, {outcome.commit_before}: {outcome.outcome}{about}"
