"""Gather what is known about papers and their cells, for the report."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks import provenance
from benchmarks.claims import claim_rows, judge_claims
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.explained.staleness import is_stale, todays_factors
from benchmarks.jobs import Options, Planned
from benchmarks.nights.forecast import Forecast, Lengths, forecasts_to_next_look
from benchmarks.nights.lengths import lengths
from benchmarks.recipe import NotAttempted, settings
from benchmarks.reproduce import verdicts
from benchmarks.table import Miss, PaperTable
from data_pipelines.whole_files import remove_leftovers
from results.explanations.explanation import Explanation
from results.explanations.store import kept
from results.folders import KnownRecords
from results.published import Cell, Kind
from results.records import EpochEnd, JobKey, RunRecord
from results.report.pages import CellPage, PaperPage, basis
from results.verdicts import Verdict


def report_on(
    papers: Iterable[PaperTable],
    folder: Path,
    output: Path,
    *,
    backend: str | None = None,
    options: Options = Options(),
) -> Path:
    """Write the pages of papers from the records in a folder, and return the path of the overview."""
    from results.report.report import write_report

    remove_leftovers(output.resolve().parent, ".new-*")
    pages = [paper_page(table, folder, backend=backend, options=options) for table in papers]
    return write_report(pages, output, f"{basis(pages, 'runs')}, at commit {provenance.commit()}")


def paper_page(
    table: PaperTable, folder: Path, *, backend: str | None = None, options: Options = Options()
) -> PaperPage:
    """Gather what is known about a paper's cells; with `options`, about trials."""
    files = KnownRecords(table.paper, folder)
    records, curves, planned = files.records(), files.curves(), table.plan(options=options)
    rechecks = Rechecks.read()  # once: every cell asks
    judged = verdicts(planned, records, backend=backend, rechecks=rechecks)
    by_recipe = _by_recipe(records)
    pages = [
        _cell_page(one, verdict, by_recipe.get(one.fingerprint, ()), curves, rechecks)
        for one, verdict in zip(planned, judged, strict=True)
    ]
    return PaperPage(
        *(table.paper, table.title, table.about, table.notes, pages),
        claims=claim_rows(judge_claims(table, records, options)),
        misses=list(map(_in_words, table.misses)),
        open=_open(planned, records, backend or table.backend, lengths(folder)),
        address=table.address,
        assumptions=[one.text for one in table.assumptions if not one.deviates],
        deviations=[one.text for one in table.assumptions if one.deviates],
        explained=_explained(table, planned, folder, rechecks),
    )


def _explained(
    table: PaperTable, planned: Sequence[Planned], folder: Path, rechecks: Rechecks
) -> list[tuple[Explanation, bool]]:
    """Return the kept explanations of a paper, and whether each is stale."""
    answers = kept(folder, table.paper)
    cells: dict[tuple[str, ...], Planned] = {(*one.cell[1:4], one.cell.metric.name): one for one in planned}
    factors = todays_factors(table) if answers else {}
    return [(one, is_stale(one, cells.get(one.place[1:]), factors, rechecks)) for one in answers]


def _by_recipe(records: Iterable[RunRecord]) -> dict[str, list[RunRecord]]:
    """Return the records of each fingerprint."""
    found: dict[str, list[RunRecord]] = {}
    for record in records:
        found.setdefault(record.key.fingerprint, []).append(record)
    return found


def _in_words(miss: Miss) -> str:
    """Return a miss and how it was tested as text."""
    where = ", ".join(filter(None, [miss.row, " and ".join(miss.columns)]))
    return f"*{where}*: {miss.cause} {f'Tested: {miss.tested}' if miss.tested else 'Not tested.'}"


def _open(
    planned: Sequence[Planned], records: Sequence[RunRecord], backend: str, timed: Lengths
) -> list[dict[str, str]]:
    """Return the rows whose printed results more runs would settle, as texts by heading."""
    printed = [one for one in planned if one.cell.kind == Kind.PERFORMANCE and one.cell.value is not None]
    rows: dict[tuple[str, str], list[Forecast]] = {}
    for one in forecasts_to_next_look(printed, records, backend=backend, lengths=timed):
        rows.setdefault((one.planned.cell.table, one.planned.cell.row), []).append(one)
    return [_open_row(found) for found in rows.values()]


def _open_row(found: Sequence[Forecast]) -> dict[str, str]:
    cell = found[0].planned.cell
    place = ["--table", cell.table, "--row", cell.row]
    return {
        "columns": ", ".join(dict.fromkeys(one.planned.cell.column for one in found)),
        "command": f"`{shlex.join(['retable', 'run', cell.paper, *place, '--until-settled'])}`",
        "jobs": str(sum(one.jobs for one in found)),
        "hours": _hours(found),
    }


def _hours(found: Sequence[Forecast]) -> str:
    hours = [one.hours for one in found if one.hours is not None]
    if len(hours) < len(found):
        return "unknown"
    doubts = dict.fromkeys(one.duration.doubt for one in found if one.duration.doubt)
    return f"{sum(hours):,.1f}{''.join(f' ({doubt})' for doubt in doubts)}"


def _cell_page(
    planned: Planned,
    verdict: Verdict,
    mine: Sequence[RunRecord],
    curves: Mapping[JobKey, Sequence[EpochEnd]],
    rechecks: Rechecks,
) -> CellPage:
    """Return what the report shows of a cell; `mine` are the records of its recipe."""
    recipe = planned.recipe
    if isinstance(recipe, NotAttempted):
        return CellPage(verdict, {}, (), (), "", {})
    curve = [point for key in dict.fromkeys(record.key for record in mine) for point in curves.get(key, ())]
    backends = sorted({record.key.backend for record in mine})
    by_backend = {name: verdicts([planned], mine, backend=name, rechecks=rechecks)[0] for name in backends}
    return CellPage(verdict, settings(recipe), mine, curve, command(planned.cell), by_backend)


def command(cell: Cell) -> str:
    """Return the command that trains and judges a cell."""
    place = {"--table": cell.table, "--row": cell.row, "--column": cell.column}
    return shlex.join(["retable", "run", cell.paper, *(text for pair in place.items() for text in pair)])
