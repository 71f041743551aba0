"""retable audit: can a printed table be true?"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.console import FORMATS, print_rows, warn, wide_console
from benchmarks.cli.options import arguments, completion
from benchmarks.own_numbers.audited import printed_entries
from benchmarks.signals import Status
from benchmarks.table import load_table, load_tables, match
from results.audit.entries import Entry
from results.audit.findings import Grade, as_row, in_words
from results.audit.reading import Read, read_table
from results.audit.tables import Audit, audit


def audit_tables(
    tables: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|PAPER",
            help="CSV files, or papers; without any, every paper.",
            autocompletion=completion.papers,
        ),
    ] = None,
    format: arguments.Format = "table",
) -> None:
    """Check whether printed numbers can be true.

    A CSV file needs the columns row and value; table, column and metric say where a number is, and what.
    Checks use test_examples, folds, runs, deviation, min, max and best where a line has them. Exits with 6 if a
    number is impossible.
    """
    chosen = match("format", format, FORMATS)
    found = [(name, audit(entries)) for name, entries in _entries(tables or [])]
    if chosen == "table":
        for name, result in found:
            _print(name, result)
    else:
        rows = [{"from": name, **as_row(finding)} for name, result in found for finding in result.findings]
        print_rows(rows, chosen, "Audit")
    if any(result.of(Grade.IMPOSSIBLE) for _, result in found):
        raise typer.Exit(Status.IMPOSSIBLE)


def _entries(names: Sequence[str]) -> Iterator[tuple[str, Sequence[Entry]]]:
    """Yield files and papers with their numbers; a name is that of a file if it ends in .csv or has a folder."""
    for name in names:
        if name.casefold().endswith(".csv") or "/" in name:
            yield name, _read(name, read_table(Path(name)))
        else:
            yield name, printed_entries(load_table(name))
    for table in [] if names else load_tables(warn):
        if entries := printed_entries(table):
            yield table.paper, entries


def _read(name: str, found: Read) -> list[Entry]:
    """Return the entries of a file, and say what was left out."""
    if found.texts:
        shown = f"{'; '.join(found.texts[:3])}{'; ...' if len(found.texts) > 3 else ''}"
        warn(f"{name}: {len(found.texts)} field(s) left out that are no number: {shown}.")
    return found.entries


def _print(name: str, result: Audit) -> None:
    counts = ", ".join(f"{len(result.of(grade))} {grade.value}" for grade in Grade)
    console = wide_console()
    tested = f"{result.counted} of them fine enough to be tested by their number of test examples"
    console.print(f"{name}: {result.numbers} numbers, {tested}. Findings: {counts}.")
    for finding in result.findings:
        console.print(f"- {in_words(finding)}", highlight=False)
