"""docs/results.md: trained systems beside print, why some miss, and what would settle the others."""

from collections.abc import Iterable

from results.published import Kind
from results.report.pages import CellPage, PaperPage, basis
from results.tables import as_markdown, coverage, decimals, exact, number
from results.verdicts import Answer, Verdict, counted_once

ABOUT = """# Results

Written by `retable docs` from the records in `results/reproduced/`; changes by hand are lost.

Here are the printed results of trained systems for which there are runs: *ours* is the mean over `n` runs of the
whole protocol, with their standard deviation. A verdict says more than which number is larger:
[verdicts](verdicts.md). A *miss* has a cause, tested or not. What is *open* has the command that would settle it,
and its hours, one job at a time: by earlier runs on their device, or by a few timed steps on one core.
[All cells](cells.md) has intervals, margins, order claims, counts, claims of lectures, our own results, and why
other printed cells have no recipe."""


def results_document(pages: Iterable[PaperPage]) -> str:
    """Return docs/results.md, with the papers in which most is reproduced first."""
    ordered = sorted(pages, key=lambda page: -_reproduced(page))
    every = [verdict for page in ordered for verdict in page.verdicts]
    total = f"Reproduced: {coverage(every, Kind.PERFORMANCE)}. {basis(ordered, 'jobs')}."
    return "\n\n".join([ABOUT, total, *map(_section, ordered)]) + "\n"


def _section(page: PaperPage) -> str:
    """Return what there is to say about one paper."""
    printed = [cell for cell in page.cells if _is_printed_result(cell.verdict)]
    counts = {f"reproduced {text}" for text in [coverage(page.verdicts, Kind.PERFORMANCE)] if text and printed}
    more = f"{', '.join(counts) or 'no printed result of a trained system'}; [all cells](cells.md#{page.name})"
    rows = [_row(cell) for cell in printed if cell.verdict.units]
    parts = [f"## {page.name}", f"{page.title}. {more[0].upper()}{more[1:]}.", as_markdown(rows)]
    if page.misses:
        parts += ["**Misses**", "\n".join(f"- {text}" for text in page.misses)]
    if page.open:
        parts += ["**Open**", as_markdown(page.open)]
    return "\n\n".join(part for part in parts if part)


def _row(cell: CellPage) -> dict[str, str]:
    verdict, places = cell.verdict, decimals(cell.verdict.cell)
    sd = "" if verdict.deviation is None else f", sd {number(verdict.deviation, places)}"
    return {
        "table": verdict.cell.table,
        "row": verdict.cell.row,
        "column": verdict.cell.column,
        "published": exact(verdict.cell.value),
        "ours": f"{number(verdict.mean, places)} (n {len(verdict.units)}{sd})",
        "verdict": f"{verdict.answer}{' (stale)' if verdict.stale else ''}",
    }


def _reproduced(page: PaperPage) -> int:
    printed = filter(_is_printed_result, counted_once(page.verdicts))
    return sum(verdict.answer == Answer.REPRODUCED for verdict in printed)


def _is_printed_result(verdict: Verdict) -> bool:
    return verdict.cell.kind == Kind.PERFORMANCE and verdict.cell.value is not None
