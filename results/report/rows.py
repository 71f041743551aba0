"""What the page of a row shows: one system, with a section for each of its cells."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from results.records import EpochEnd, JobKey, RunRecord
from results.report import charts
from results.report.front import signed
from results.report.pages import CellPage, PaperPage, duration, in_margins
from results.tables import BESIDE, as_row, headings_in_use, sentence
from results.tracking.about import filter_of
from results.verdicts import Verdict

FACTS = {
    "metric": "metric",
    "published": "published",
    BESIDE: BESIDE,
    "ours": "ours",
    "96 % interval of the mean": "96 % interval of our mean",
    "95 % prediction interval": "95 % prediction interval of a published value",
    "finding": "finding",
}


class RowPage(NamedTuple):
    """The cells of one row of a table that have a recipe."""

    table: str
    row: str
    file: str
    cells: Sequence[CellPage]


def row_pages(paper: PaperPage) -> list[RowPage]:
    """Return the rows of a paper that have a page."""
    rows: dict[tuple[str, str, str], list[CellPage]] = {}
    for page in paper.cells:
        if page.settings:
            rows.setdefault((page.verdict.cell.table, page.verdict.cell.row, page.page), []).append(page)
    return [RowPage(*names, cells) for names, cells in rows.items()]


def row_content(row: RowPage) -> dict[str, Any]:
    """Return the variables of the template of a row."""
    records = {record.key: record for cell in row.cells for record in cell.records}
    runs = _runs(records.values(), row)
    shared, different, columns = _recipe(row)
    cells = [_cell(cell, row.cells[:number]) for number, cell in enumerate(row.cells)]
    return {
        "row": row,
        "cells": cells,
        "charts": any(cell["charts"] for cell in cells),
        "answers": [cell.verdict.answer for cell in row.cells],
        "shared": shared,
        "different": different,
        "columns": columns,
        "runs": runs,
        "finished": sum(bool(record.metrics) for record in records.values()),
        "run_headings": [name for name in headings_in_use(runs) if name != "column" or len(columns) > 1],
        "provenance": sorted({_provenance(record) for record in records.values()}),
    }


def _cell(page: CellPage, before: Sequence[CellPage]) -> dict[str, Any]:
    """Return what the section of a cell shows; curves only where no cell before it has the same."""
    verdict = page.verdict
    row = as_row(verdict)
    facts = [(label, row[name]) for name, label in FACTS.items()]
    facts.insert(4, ("distance", f"{text} margins" if (text := signed(in_margins(verdict), 2)) else ""))
    facts.append(("training time", duration(page.seconds) if page.seconds else ""))
    has_curves = not any(one.verdict.cell.column == verdict.cell.column and one.curve for one in before)
    return {
        "page": page,
        "verdict": verdict,
        "sentence": sentence(verdict),
        "facts": [(name, text) for name, text in facts if text],
        "tracked": filter_of(verdict.cell) if page.records else None,
        "charts": [*_spread(verdict), *(_curves(page) if has_curves else ())],
        "backends": [{"back end": name} | _numbers(found) for name, found in page.by_backend.items()],
    }


def _spread(verdict: Verdict) -> list[charts.Chart]:
    return [charts.runs_chart(verdict)] if len(verdict.units) > (verdict.cell.value is None) else []


def _curves(page: CellPage) -> list[charts.Chart]:
    curves: dict[JobKey, list[EpochEnd]] = {}
    for point in page.curve:
        curves.setdefault(point.key, []).append(point)
    found = [
        charts.curve_chart(curves, "valid", "Validation", "validation score"),
        charts.curve_chart(curves, "loss", "Training loss", "loss"),
    ]
    return [chart for chart in found if chart]


Settings = list[tuple[str, str]]


def _recipe(row: RowPage) -> tuple[Settings, list[tuple[str, list[str]]], list[str]]:
    """Return the settings that all columns share, the others column by column, and the columns."""
    by_column = {cell.verdict.cell.column: cell.settings for cell in row.cells}
    names = dict.fromkeys(name for settings in by_column.values() for name in settings)
    values = {name: [settings.get(name, "") for settings in by_column.values()] for name in names}
    shared = [(name, found[0]) for name, found in values.items() if len(set(found)) == 1]
    return shared, [(name, found) for name, found in values.items() if len(set(found)) > 1], list(by_column)


def _runs(records: Any, row: RowPage) -> list[dict[str, str]]:
    metrics = list(dict.fromkeys(cell.verdict.cell.metric.name for cell in row.cells))
    return [_run(record, metrics) for record in records]


def _run(record: RunRecord, metrics: Sequence[str]) -> dict[str, str]:
    values = dict(_values(record, metrics))
    return {
        "column": record.key.column,
        "seed": str(record.key.seed),
        "fold": str(record.key.fold),
        "back end": record.key.backend,
        **values,
        "failed": record.error,
        "epochs": str(record.epochs or ""),
        "seconds": f"{record.seconds:.1f}",
        "examples per second": f"{record.examples_per_second:.0f}" if record.examples_per_second else "",
        "peak device memory (MB)": f"{record.peak_device_bytes / 1e6:.0f}" if record.peak_device_bytes else "",
        "finished": record.finished[:19].replace("T", " "),
        "commit": record.commit,
    }


def _values(record: RunRecord, metrics: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in metrics:
        value = record.metrics.get(name)
        yield name, "" if value is None else f"{value:.6g}"


def _provenance(record: RunRecord) -> str:
    return f"{record.device or 'unknown device'}; data {record.data_hash or 'none'}; {record.versions}"


def _numbers(verdict: Verdict) -> dict[str, str]:
    row = as_row(verdict)
    stale = {"verdict": f"{row['verdict']}; stale"} if verdict.stale else {}
    return {name: row[name] for name in ("ours", "96 % interval of the mean", "verdict")} | stale
