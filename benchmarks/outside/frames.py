"""Cells, records and verdicts as pandas frames, and runs from a notebook."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.evidence.groups import compare_groups
from benchmarks.jobs import Options
from benchmarks.reproduce import folder_of_records, reproduce
from benchmarks.reproduce import verdicts as judged
from benchmarks.runners.places import choose_runner
from benchmarks.table import load_table, match
from benchmarks.tracked.about import of_paper
from benchmarks.training.backends import BACKENDS, select_backend
from results.comparison import as_data, conditions, select
from results.folders import KnownRecords, results_folder
from results.published import Cell
from results.records import JobKey, RunRecord
from results.tables import as_json
from results.tracking.tracker import Tracker
from results.verdicts import Verdict
from results.writing.formats import flat

if TYPE_CHECKING:
    from pandas import DataFrame

ABOUT = ("epochs", "seconds", "examples_per_second", "parameters", "device", "commit", "versions", "finished")


def cells(
    paper: str, *, table: str | None = None, row: str | None = None, column: str | None = None
) -> "DataFrame":
    """Return the printed cells of a paper, one a line: place, metric, kind, value, margin, note.

    Raises UnknownName.
    """
    return _frame(map(_cell, load_table(paper).cells(table, row, column)), Cell._fields)


def records(paper: str, *, results: Path | None = None) -> "DataFrame":
    """Return the finished runs of a paper, one metric a line: key, metric, value, cost, device, commit.

    Raises UnknownName.
    """
    found = KnownRecords(load_table(paper).paper, results or results_folder()).records()
    names = (*JobKey._fields, "metric", "value", *ABOUT)
    return _frame((line for record in found for line in _lines(record)), names)


def verdicts(
    paper: str,
    *,
    table: str | None = None,
    row: str | None = None,
    column: str | None = None,
    backend: str | None = None,
    results: Path | None = None,
) -> "DataFrame":
    """Return the verdict on every cell, one a line, with the columns of `retable show --format json`.

    Raises UnknownName.
    """
    found = load_table(paper)
    known = KnownRecords(found.paper, results or results_folder()).records()
    used = match("back end", backend, list(BACKENDS)) if backend else None
    return _of_verdicts(judged(found.plan(found.cells(table, row, column)), known, backend=used))


def compare(
    paper: str,
    first: str,
    second: str,
    *,
    across: bool = False,
    allow_stale: bool = False,
    results: Path | None = None,
) -> "DataFrame":
    """Return two groups of runs compared, one cell a line, with the columns of `retable compare --format csv`.

    The groups are conditions, as "backend=jax"; `across` compares groups that differ in more than these,
    `allow_stale` also runs of changed code. Raises UnknownName, and ResultsError for groups that must not be.
    """
    found = load_table(paper)
    known = KnownRecords(found.paper, results or results_folder()).records()
    both = conditions(first) & conditions(second)
    compared = compare_groups(
        found.plan(),
        select(known, first),
        select(known, second),
        known=both,
        across=across,
        allow_stale=allow_stale,
    )
    return _frame(map(flat, map(as_data, compared.cells)))


def run(
    paper: str,
    *,
    table: str | None = None,
    row: str | None = None,
    column: str | None = None,
    seeds: int | None = None,
    backend: str = "tensorflow",
    options: Options = Options(),
    results: Path | None = None,
) -> "DataFrame":
    """Train the missing runs of some cells on this machine, record them, and return the verdicts.

    Trials (other `options`, or changed code) are recorded in trial/, and never count. Raises UnknownName, and
    ResultsError where the folder of records can't be written.
    """
    found, used = load_table(paper), match("back end", backend, list(BACKENDS))
    select_backend(used, options.deterministic)
    folder, reason = folder_of_records(results or results_folder(), options)
    if reason:
        _tell(f"A trial: {reason}. It never counts.")
    planned = found.plan(found.cells(table, row, column), options)
    tracker = Tracker(found.paper, folder, _tell, sent_later=not options.is_trial, about=of_paper(found))
    return _of_verdicts(
        reproduce(planned, choose_runner("here"), folder, backend=used, seeds=seeds, tracker=tracker)
    )


def _of_verdicts(found: Iterable[Verdict]) -> "DataFrame":
    return _frame(map(as_json, found))


def _cell(cell: Cell) -> dict[str, Any]:
    return {**cell._asdict(), "metric": cell.metric.name, "kind": cell.kind.value}


def _lines(record: RunRecord) -> list[dict[str, Any]]:
    about = {name: getattr(record, name) for name in ABOUT}
    pairs = record.metrics.items()
    return [{**record.key._asdict(), "metric": name, "value": value, **about} for name, value in pairs]


def _frame(lines: Iterable[Mapping[str, Any]], names: Iterable[str] = ()) -> "DataFrame":
    from pandas import DataFrame

    found = list(lines)
    return DataFrame(found) if found else DataFrame(columns=list(names))


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
