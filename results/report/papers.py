"""What the page of a paper shows: its tables in their printed shape, charts, claims, and what has no recipe."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from results.explanations.explanation import Explanation
from results.explanations.wording import sentences
from results.published import Kind
from results.report import charts
from results.report.downloads import of_table, of_texts
from results.report.explanations import page_name
from results.report.pages import CellPage, PaperPage
from results.tables import decimals, exact, number
from results.verdicts import Answer
from results.writing.matrix import Matrix, matrices

FEWEST_SYSTEMS = 5  # for a chart of their times


def paper_content(paper: PaperPage) -> dict[str, Any]:
    """Return the variables of the template of a paper."""
    claims = list(paper.claims)
    return {
        "paper": paper,
        "tables": [_table(paper, found) for found in matrices(paper.cells, lambda page: page.verdict.cell)],
        "charts": _charts(paper),
        "explained": [(page_name(answer), _explained(answer, is_stale)) for answer, is_stale in paper.explained],
        "answers": [verdict.answer for verdict in paper.verdicts],
        "claim_files": of_texts(f"{paper.name}-claims", f"{paper.title}: order claims", claims) if claims else (),
    }


def _explained(answer: Explanation, is_stale: bool) -> str:
    marked = " (stale)" if is_stale else ""
    return f"{answer.row}, {answer.column}, {answer.metric}{marked}: {sentences(answer)[0]}"


def _table(paper: PaperPage, found: Matrix[CellPage]) -> dict[str, Any]:
    """Return a table as a grid; a place in it has one entry per metric."""
    lines = [found.line(row) for row in found.rows]
    notes = {row: line[0][-1].verdict.cell.note for row, line in zip(found.rows, lines, strict=True) if line[0]}
    has_notes = len(found.columns) == 1 and any(notes.values())
    rows = [
        {"name": row, "note": notes.get(row, ""), "cells": [list(map(_entry, pages)) for pages in line]}
        for row, line in zip(found.rows, lines, strict=True)
    ]
    pages = [page for line in lines for pages in line for page in pages]
    return {
        "name": found.table,
        "columns": found.columns,
        "rows": rows,
        "has_notes": has_notes,
        "lacking": _lacking(pages),
        "files": of_table(paper.name, paper.title, [page.verdict for page in pages]),
    }


def _entry(page: CellPage) -> dict[str, Any]:
    verdict = page.verdict
    published, ours = exact(verdict.cell.value), number(verdict.mean, decimals(verdict.cell))
    return {
        "page": page,
        "published": published,
        "ours": ours,
        "answer": verdict.answer,
        "stale": bool(verdict.stale),
        "metric": verdict.cell.metric.name,
    }


def _lacking(pages: Sequence[CellPage]) -> list[tuple[str, str]]:
    """Return the reasons why cells were not attempted, each with the cells."""
    reasons: dict[str, list[str]] = {}
    for page in pages:
        if page.verdict.answer == Answer.NOT_ATTEMPTED:
            cell = page.verdict.cell
            reasons.setdefault(page.verdict.reason or "no recipe", []).append(f"{cell.row}, {cell.column}")
    return [(reason, "; ".join(dict.fromkeys(names))) for reason, names in reasons.items()]


def _charts(paper: PaperPage) -> list[charts.Chart]:
    found = charts.distance_chart(paper.verdicts)
    return [*([found] if found else ()), *_time_charts(paper)]


def _time_charts(paper: PaperPage) -> list[charts.Chart]:
    """Return a chart of scores over times for each column in which we ran several systems."""
    columns: dict[tuple[str, str, str], list[CellPage]] = {}
    for page in paper.cells:
        cell = page.verdict.cell
        is_score = page.verdict.mean is not None and cell.kind == Kind.PERFORMANCE
        if is_score and page.judged:
            columns.setdefault((cell.table, cell.column, cell.metric.name), []).append(page)
    return [
        charts.time_chart(list(map(_time_and_score, pages)), f"Time: table {table}, {column}", metric)
        for (table, column, metric), pages in columns.items()
        if len(pages) >= FEWEST_SYSTEMS
    ]


def _time_and_score(page: CellPage) -> dict[str, Any]:
    score = fmean(page.verdict.units)
    return {"system": page.label, "seconds": page.seconds_per_pass, "score": score, "device": page.devices}
