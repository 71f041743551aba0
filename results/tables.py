"""Verdicts as rows of text, for the terminal, for JSON and for Markdown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from results.published import Cell
from results.records import RunRecord
from results.verdicts import Answer, Verdict

MEANINGS = {
    Answer.REPRODUCED: "The whole 90 % interval of our mean lies within the margin of the published value.",
    Answer.BETTER: "The whole interval lies beyond the margin, on the good side.",
    Answer.WORSE: "The whole interval lies beyond the margin, on the bad side.",
    Answer.DIFFERS: "The whole interval lies beyond the margin, and neither side is better.",
    Answer.INCONCLUSIVE: "The interval crosses the margin's edge.",
    Answer.INCOMPLETE: "Fewer runs than the paper's protocol asks for.",
    Answer.MEASURED: "There is no published value to compare with.",
    Answer.NOT_ATTEMPTED: "Nothing was trained, for the reason given.",
}


def as_row(verdict: Verdict) -> dict[str, str]:
    """Return what a reader wants to see of a verdict, as texts by heading."""
    cell = verdict.cell
    return {
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "metric": cell.metric.name + (f" ({cell.metric.unit})" if cell.metric.unit else ""),
        "published": _printed(cell),
        "ours": _with_spread(verdict.mean, verdict.deviation, decimals(cell)),
        "runs": str(len(verdict.units)),
        "lowest to highest": _interval(_extremes(verdict.units), decimals(cell)),
        "90 % interval": _interval(verdict.interval, decimals(cell)),
        "95 % next run": _interval(verdict.prediction, decimals(cell)) + _mark(verdict.published_is_predicted),
        "verdict": f"{verdict.answer}: {verdict.reason}" if verdict.reason else str(verdict.answer),
        "note": cell.note,
    }


def sentence(verdict: Verdict) -> str:
    """Tell a verdict in words."""
    ours = ""
    if verdict.mean is not None:
        places = decimals(verdict.cell)
        ours = f"Our mean over {_runs(len(verdict.units))} is {number(verdict.mean, places)}"
        if verdict.interval is not None:
            ours += f", its 90 % interval {_interval(verdict.interval, places)}"
        ours += ". "
    theirs = ""
    if verdict.cell.value is not None:
        theirs = f"The published value is {_printed(verdict.cell)}. "
    says_more = verdict.reason and verdict.answer != Answer.MEASURED
    reason = f" {verdict.reason[:1].upper()}{verdict.reason[1:]}." if says_more else ""
    return ours + theirs + MEANINGS[verdict.answer] + reason


def as_markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows of texts by heading as a Markdown table, empty columns left out."""
    headings = headings_in_use(rows)
    lines = [headings, ["-"] * len(headings), *([row[name] for name in headings] for row in rows)] if rows else []
    return "\n".join("|" + "|".join(text.replace("|", r"\|") for text in line) + "|" for line in lines)


def headings_in_use(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the headings under which some row has a text."""
    return [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]


def cost_rows(records: Iterable[RunRecord]) -> list[dict[str, str]]:
    """Return what a run of each cell cost, on each device: the median of its records, as texts."""
    groups: dict[tuple[str, ...], list[RunRecord]] = {}
    for record in records:
        if record.metrics:
            key = record.key
            place = (key.table, key.row, key.column, key.backend, record.device)
            groups.setdefault(place, []).append(record)
    headings = ("table", "row", "column", "backend", "device")
    return [{**dict(zip(headings, place, strict=True)), **_cost(group)} for place, group in groups.items()]


def _cost(records: Sequence[RunRecord]) -> dict[str, str]:
    memory = max(record.peak_device_bytes for record in records)
    speed = median(record.examples_per_second for record in records)
    return {
        "jobs": str(len(records)),
        "seconds": f"{median(record.seconds for record in records):.1f}",
        "examples per second": f"{speed:.0f}" if speed else "",
        "device memory (MB)": f"{memory / 1e6:.0f}" if memory else "",
    }


def exact(value: float) -> str:
    """Return a number with all of its digits, as a published one."""
    return f"{value:.10g}"


def number(value: float, places: int = 2) -> str:
    """Return a number with at most two decimals, or another number of them."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


def decimals(cell: Cell) -> int:
    """Return how many decimals ours are told with: two, or what shows two digits of a margin below a tenth."""
    return max(2, 1 - math.floor(math.log10(cell.margin))) if cell.margin else 2


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


def _printed(cell: Cell) -> str:
    if cell.value is None:
        return ""
    return exact(cell.value) + (f" ± {exact(cell.margin)}" if cell.margin else "")


def _with_spread(value: float | None, spread: float | None, places: int) -> str:
    if value is None:
        return ""
    return number(value, places) if not spread else f"{number(value, places)} ± {number(spread, places)}"


def _extremes(units: Sequence[float]) -> tuple[float, float] | None:
    return (min(units), max(units)) if len(units) > 1 else None


def _interval(ends: tuple[float, float] | None, places: int) -> str:
    return "" if ends is None else f"{ends[0]:.{places}f} to {ends[1]:.{places}f}"


def _mark(is_predicted: bool | None) -> str:
    return {None: "", True: " (holds theirs)", False: " (misses theirs)"}[is_predicted]
