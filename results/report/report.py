"""The report: a folder of static pages, published numbers beside ours, that works without a network."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from results.atomic import flush_all, temporary_folder
from results.ledger import ResultsError
from results.published import Cell, Kind
from results.records import RunRecord
from results.report import charts
from results.report.pages import CellPage, PaperPage, duration
from results.tables import BESIDE, MEANINGS, as_row, decimals, exact, headings_in_use, number, sentence
from results.verdicts import Verdict
from results.writing.matrix import matrices

TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = ".retable-report"  # lists the files of a report
FEWEST_SYSTEMS = 5  # for a chart of their times
FACTS = {
    "metric": "metric",
    "published": "published",
    BESIDE: BESIDE,
    "ours": "ours",
    "96 % interval of the mean": "96 % interval of our mean",
    "95 % prediction interval": "95 % prediction interval of a published value",
    "finding": "finding",
}


def write_report(papers: Sequence[PaperPage], folder: Path, source: str) -> Path:
    """Write the pages of all papers and return the path of the overview.

    An existing report is replaced in one step. Raises ResultsError if the folder contains other files.
    """
    folder = folder.resolve()
    if foreign := _files(folder) - _written(folder):
        raise ResultsError(f"{folder} contains {min(foreign)}, which is not part of a report. Choose another one.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(folder.parent) as temporary:
        fresh = temporary / "report"
        _write_pages(papers, fresh, source)
        flush_all()
        if folder.exists():
            folder.rename(temporary / "old")
        fresh.rename(folder)
    return folder / "index.html"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _written(folder: Path) -> set[str]:
    """Return the files of the existing report."""
    manifest = folder / MANIFEST
    return {MANIFEST, *manifest.read_text("utf-8").splitlines()} if manifest.is_file() else set()


def _write_pages(papers: Sequence[PaperPage], folder: Path, source: str) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder.mkdir()
    for name in ("report.css", "report.js"):
        shutil.copyfile(TEMPLATES / name, folder / name)
    (folder / "vega.js").write_text(charts.script(), "utf-8")
    loader = FileSystemLoader(TEMPLATES)
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.globals |= {"source": source, "charts": None}
    overview = {"title": "Reproduced tables", "here": "overview", "trail": (), "root": ""}
    text = pages.get_template("overview.html").render(overview, papers=papers, meanings=MEANINGS.items())
    (folder / "index.html").write_text(text, "utf-8")
    for paper in papers:
        _write_paper(pages, paper, folder / paper.name)
    (folder / MANIFEST).write_text("\n".join(sorted(_files(folder))), "utf-8")


def _write_paper(pages: Any, paper: PaperPage, folder: Path) -> None:
    folder.mkdir()
    common = {"root": "../", "about": _markdown(paper.about)}
    here = {"title": paper.title, "here": paper.name, "trail": (("overview", "../index.html"),)}
    content = {"paper": paper, "tables": _tables(paper), "charts": _paper_charts(paper)}
    (folder / "index.html").write_text(pages.get_template("paper.html").render(common | here | content), "utf-8")
    trail = (*here["trail"], (paper.name, "index.html"))
    for page in paper.cells:
        cell = page.verdict.cell
        name = f"{cell.row}, {cell.column}"
        here = {"title": f"{name}: {paper.title}", "here": name, "trail": trail, "notes": paper.notes}
        text = pages.get_template("cell.html").render(common | here | _cell(page))
        (folder / page.file).write_text(text, "utf-8")


def _paper_charts(paper: PaperPage) -> list[tuple[str, str, charts.Spec]]:
    """Return the charts of a paper with their headings and texts."""
    found = []
    if distance := charts.distance_chart(paper.verdicts):
        text = (
            "Our mean minus the published value, with its 96 % interval, in margins: -1 to 1 is within the margin."
        )
        found.append(("Distance from the published values", text, distance))
    return found + _time_charts(paper)


def _time_charts(paper: PaperPage) -> list[tuple[str, str, charts.Spec]]:
    """Return a chart of scores over times for each column in which we ran several systems."""
    columns: dict[tuple[str, str, str], list[CellPage]] = {}
    for page in paper.cells:
        cell = page.verdict.cell
        is_score = page.verdict.mean is not None and cell.kind == Kind.PERFORMANCE
        if is_score and page.judged:
            columns.setdefault((cell.table, cell.column, cell.metric.name), []).append(page)
    text = (
        "One run of each of our systems, including reading its data unless an earlier run cached it. "
        "Runs that share a machine with others take longer."
    )
    return [
        (f"Time: table {table}, {column}", text, charts.time_chart(list(map(_time_and_score, pages)), metric))
        for (table, column, metric), pages in columns.items()
        if len(pages) >= FEWEST_SYSTEMS
    ]


def _time_and_score(page: CellPage) -> dict[str, Any]:
    score = fmean(page.verdict.units)
    return {"system": page.label, "seconds": page.seconds_per_pass, "score": score, "device": page.devices}


def _tables(paper: PaperPage) -> list[dict[str, Any]]:
    """Return the tables of the paper as grids; a grid cell has one entry per metric."""
    tables = []
    for matrix in matrices(paper.cells, lambda page: page.verdict.cell):
        notes = {row: matrix.line(row)[0][-1].verdict.cell.note for row in matrix.rows if len(matrix.columns) == 1}
        rows = [
            {
                "name": row,
                "note": notes.get(row),
                "cells": [list(map(_entry, pages)) for pages in matrix.line(row)],
            }
            for row in matrix.rows
        ]
        tables.append(
            {"name": matrix.table, "columns": matrix.columns, "rows": rows, "notes": any(notes.values())}
        )
    return tables


def _entry(page: CellPage) -> dict[str, Any]:
    verdict = page.verdict
    cell = verdict.cell
    published, ours = exact(cell.value), number(verdict.mean, decimals(cell))
    label = f"{cell.row}, {cell.column}: published {published or 'none'}, ours {ours or 'none'}, {verdict.answer}"
    label += ", stale" if verdict.stale else ""
    entry = {"file": page.file, "label": label, "published": published, "ours": ours}
    return entry | {"answer": verdict.answer, "stale": bool(verdict.stale), "metric": cell.metric.name}


def _cell(page: CellPage) -> dict[str, Any]:
    """Return the variables of the template of a cell."""
    verdict = page.verdict
    row = as_row(verdict)
    facts = [(label, row[name]) for name, label in FACTS.items()]
    finished = [record for record in page.records if record.metrics]
    if finished:
        facts.append(("training time", duration(sum(record.seconds for record in finished))))
    runs = [_run(record, verdict.cell) for record in page.records]
    return {
        "cell": verdict.cell,
        "answer": verdict.answer,
        "sentence": sentence(verdict),
        "facts": [(name, text) for name, text in facts if text],
        "charts": _charts(page),
        "backends": [{"back end": name} | _numbers(found) for name, found in page.by_backend.items()],
        "command": page.command,
        "settings": list(page.settings.items()),
        "runs": runs,
        "trained": len(finished),
        "run_headings": headings_in_use(runs),
        "provenance": sorted({_provenance(record) for record in page.records}),
    }


def _charts(page: CellPage) -> list[tuple[str, str, charts.Spec]]:
    verdict, found = page.verdict, []
    if len(verdict.units) > (verdict.cell.value is None):
        text = "Each point is one complete pass of the protocol."
        if verdict.cell.value is not None:
            text += " The line is the published value, and the band is its margin."
        found.append(("Spread", text, charts.runs_chart(verdict)))
    if any(point.valid is not None for point in page.curve):
        text = "The score on the validation part after each epoch, one line per seed and fold."
        found.append(("Validation", text, charts.curve_chart(page.curve, "valid", "validation score")))
    if page.curve:
        text = "The mean loss of each epoch, one line per seed and fold."
        found.append(("Training loss", text, charts.curve_chart(page.curve, "loss", "loss")))
    return found


def _run(record: RunRecord, cell: Cell) -> dict[str, str]:
    value = record.metrics.get(cell.metric.name)
    return {
        "seed": str(record.key.seed),
        "fold": str(record.key.fold),
        "back end": record.key.backend,
        cell.metric.name: f"{value:.6g}" if value is not None else record.error,
        "epochs": str(record.epochs or ""),
        "seconds": f"{record.seconds:.1f}",
        "examples per second": f"{record.examples_per_second:.0f}" if record.examples_per_second else "",
        "peak device memory (MB)": f"{record.peak_device_bytes / 1e6:.0f}" if record.peak_device_bytes else "",
        "finished": record.finished[:19].replace("T", " "),
        "commit": record.commit,
    }


def _provenance(record: RunRecord) -> str:
    return f"{record.device or 'unknown device'}; data {record.data_hash or 'none'}; {record.versions}"


def _numbers(verdict: Verdict) -> dict[str, str]:
    row = as_row(verdict)
    stale = {"verdict": f"{row['verdict']}; stale"} if verdict.stale else {}
    return {name: row[name] for name in ("ours", "96 % interval of the mean", "verdict")} | stale


def _markdown(text: str) -> Any:
    """Return Markdown as HTML; HTML inside it is escaped."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    return Markup(MarkdownIt("commonmark", {"html": False}).render(text))
