"""What the overview and the page of all cells show."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from results.published import Kind
from results.report.pages import CellPage, PaperPage, counted, distance, in_margins
from results.tables import as_json, counts, coverage, decimals, exact, interval, number
from results.verdicts import Answer, Verdict, counted_once

MISSED = (Answer.WORSE, Answer.DIFFERS, Answer.BETTER, Answer.NEAR)
REPEATED = "repeated"  # another cell has the same measurement, in another unit


def by_success(papers: Sequence[PaperPage]) -> list[PaperPage]:
    """Return the papers in which most results are reproduced first."""
    return sorted(papers, key=lambda paper: -counts(paper.verdicts, Kind.PERFORMANCE)["reproduced"])


def plain_rows(papers: Sequence[PaperPage]) -> list[dict[str, Any]]:
    """Return every cell as plain data, as in cells.json."""
    return [_plain(page) for paper in papers for page in paper.cells]


def _plain(page: CellPage) -> dict[str, Any]:
    verdict = page.verdict
    return {
        **as_json(verdict),
        "distance": distance(verdict),
        "distance_in_margins": in_margins(verdict),
        "runs": sum(bool(record.metrics) for record in page.records),
        "seconds": round(page.seconds, 1),
        "page": f"{verdict.cell.paper}/{page.address}",
    }


def cell_lines(papers: Sequence[PaperPage]) -> Iterator[dict[str, Any]]:
    """Yield every cell as texts for the table of all cells."""
    for page in (page for paper in papers for page in paper.cells):
        verdict = page.verdict
        cell, places = verdict.cell, decimals(verdict.cell)
        yield {
            "cell": cell,
            "page": f"{cell.paper}/{page.address}",
            "published": exact(cell.value),
            "ours": number(verdict.mean, places),
            "sd": number(verdict.deviation, places),
            "n": len(verdict.units) or "",
            "interval": interval(verdict.interval, places),
            "distance": signed(distance(verdict), places),
            "margins": signed(in_margins(verdict), 2),
            "answer": verdict.answer,
            "kind": REPEATED if cell.same_as else cell.kind,
            "stale": verdict.stale,
            "seconds": f"{page.seconds:.0f}" if page.seconds else "",
        }


def signed(value: float | None, places: int) -> str:
    """Return a difference with its sign; nothing for None."""
    if value is None:
        return ""
    text = number(value, places)
    return f"+{text}" if float(text) > 0 else text.removeprefix("-") if not float(text) else text


def overview(papers: Sequence[PaperPage]) -> dict[str, Any]:
    """Return the variables of the overview, but for what changed."""
    pages = [page for paper in papers for page in paper.cells]
    once = counted_once(page.verdict for page in pages)
    printed = [v for v in once if v.cell.kind == Kind.PERFORMANCE and v.cell.value is not None]
    idle = [verdict.answer for verdict in printed if not verdict.units]
    return {
        "judged": counted(verdict.answer for verdict in printed if verdict.units),
        "idle": counted(idle),
        "reproduced": coverage(once, Kind.PERFORMANCE),
        "others": [(kind, text) for kind in (Kind.COUNT, Kind.CLAIM) if (text := coverage(once, kind))],
        "misses": _misses(pages),
        "stale": _stale(papers),
        "rows": [_paper(paper) for paper in papers],
    }


def _misses(pages: Sequence[CellPage]) -> list[dict[str, Any]]:
    """Return the results that are not the published ones, the most distant first."""
    found = [page for page in pages if page.verdict.answer in MISSED and _is_result(page.verdict)]
    found.sort(key=lambda page: -abs(in_margins(page.verdict) or 0.0))
    return [
        {
            "cell": page.verdict.cell,
            "page": f"{page.verdict.cell.paper}/{page.address}",
            "published": exact(page.verdict.cell.value),
            "ours": number(page.verdict.mean, decimals(page.verdict.cell)),
            "margins": signed(in_margins(page.verdict), 1),
            "answer": page.verdict.answer,
            "stale": bool(page.verdict.stale),
        }
        for page in found
    ]


def _is_result(verdict: Verdict) -> bool:
    return verdict.cell.kind == Kind.PERFORMANCE and not verdict.cell.same_as


def _stale(papers: Sequence[PaperPage]) -> list[tuple[str, int]]:
    """Return the papers with stale cells, and how many."""
    counts = [(paper.name, sum(bool(verdict.stale) for verdict in paper.verdicts)) for paper in papers]
    return [(name, count) for name, count in counts if count]


def _paper(paper: PaperPage) -> dict[str, Any]:
    found = {kind: counts(paper.verdicts, kind) for kind in Kind}
    trained = [v.answer for v in counted_once(paper.verdicts) if v.cell.kind == Kind.PERFORMANCE and v.units]
    return {
        "paper": paper,
        "bar": counted(trained),
        "kinds": [_brief(numbers) for numbers in found.values()],
    }


def _brief(found: Mapping[str, int]) -> str:
    return f"{found['reproduced']} / {found['runnable']} / {found['printed']}" if found["printed"] else ""
