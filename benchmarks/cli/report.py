"""retable report: all verdicts as a folder of static pages."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import provenance
from benchmarks.cli.show import Results, claim_rows, existing
from benchmarks.jobs import Options, adjust
from benchmarks.recipe import NotAttempted, fingerprint, settings
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable, load_table, paper_names
from results.published import Cell
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord
from results.report.pages import CellPage, PaperPage
from results.report.report import write_report
from results.verdicts import Verdict


def report(
    papers: Annotated[list[str] | None, typer.Argument(help="Papers; without any, all of them.")] = None,
    results: Results = None,
    output: Annotated[
        Path | None, typer.Option(help="The folder to write [html/ in the folder of records].")
    ] = None,
) -> None:
    """Write every verdict, its runs and its recipe as pages for a browser; they need no network."""
    folder = existing(results)
    names = dict.fromkeys(load_table(name).paper for name in papers or paper_names())
    print(report_on(names, folder, output or folder / "html"))


def report_on(
    papers: Iterable[str], folder: Path, output: Path, *, backend: str | None = None, options: Options = Options()
) -> Path:
    """Write the pages of papers from the records in a folder, and return the overview's path."""
    pages = [paper_page(load_table(name), folder, backend=backend, options=options) for name in papers]
    return write_report(pages, output, _source(pages))


def paper_page(
    table: PaperTable, folder: Path, *, backend: str | None = None, options: Options = Options()
) -> PaperPage:
    """Gather what is known about a paper's cells; with `options`, about trials."""
    files = RecordFiles(table.paper, folder)
    records, curves, cells = files.records(), files.curves(), table.cells()
    judged = verdicts(table, cells, records, backend=backend, options=options)
    pages = [_cell_page(table, verdict, records, curves, options) for verdict in judged]
    about = import_module(f"benchmarks.papers.{table.paper}").__doc__ or ""
    return PaperPage(table.paper, table.title, about, table.notes, pages, claim_rows(table, folder))


def _cell_page(
    table: PaperTable,
    verdict: Verdict,
    records: Sequence[RunRecord],
    curves: Mapping[JobKey, Sequence[EpochEnd]],
    options: Options,
) -> CellPage:
    cell = verdict.cell
    recipe = adjust(table.recipe(cell), options)
    if isinstance(recipe, NotAttempted):
        return CellPage(verdict, {}, (), (), "", {})
    mark = fingerprint(recipe)
    mine = [record for record in records if record.key.fingerprint == mark]
    curve = [point for key in dict.fromkeys(record.key for record in mine) for point in curves.get(key, ())]
    backends = sorted({record.key.backend for record in mine})
    by_backend = {name: verdicts(table, [cell], mine, backend=name, options=options)[0] for name in backends}
    return CellPage(verdict, settings(recipe), mine, curve, command(cell), by_backend)


def command(cell: Cell) -> str:
    """Return the command that trains and judges a cell."""
    place = {"--table": cell.table, "--row": cell.row, "--column": cell.column}
    return shlex.join(["retable", "run", cell.paper, *(text for pair in place.items() for text in pair)])


def _source(pages: Sequence[PaperPage]) -> str:
    """Say what the pages rest on; no clock, so that equal records give equal pages."""
    finished = [record.finished for page in pages for record in page.trained.values()]
    newest = f", the newest of {max(finished)[:10]}" if finished else ""
    return f"{len(finished)} runs{newest}, at commit {provenance.commit()}"
