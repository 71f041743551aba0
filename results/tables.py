"""Verdicts as rows of text, for the terminal, for JSON and for Markdown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from results.published import Cell
from results.records import RunRecord
from results.verdicts import Answer, Verdict

MEANINGS = {
    Answer.REPRODUCED: "The whole 90 % interval of our mean is within the margin of the published value.",
    Answer.BETTER: "The whole interval is beyond the margin, on the better side.",
    Answer.WORSE: "The whole interval is beyond the margin, on the worse side.",
    Answer.DIFFERS: "The whole interval is beyond the margin, and neither direction is better.",
    Answer.INCONCLUSIVE: "The interval crosses the edge of the margin.",
    Answer.INCOMPLETE: "There are fewer runs than the protocol of the paper requires.",
    Answer.MEASURED: "Nothing was published to compare with.",
    Answer.NOT_ATTEMPTED: "Nothing was trained, for the reason given.",
}


def as_row(verdict: Verdict) -> dict[str, str]:
    """Return a verdict as a row of a table: texts by heading."""
    cell, places, spread = verdict.cell, decimals(verdict.cell), verdict.deviation
    extremes = (min(verdict.units), max(verdict.units)) if len(verdict.units) > 1 else None
    return {
        **place(cell),
        "published": _printed(cell),
        "ours": number(verdict.mean, places) + (f" ± {number(spread, places)}" if spread else ""),
        "runs": str(len(verdict.units)),
        "range of runs": interval(extremes, places),
        "90 % interval of the mean": interval(verdict.interval, places),
        "95 % prediction interval": _prediction(verdict),
        "verdict": f"{verdict.answer}: {verdict.reason}" if verdict.reason else str(verdict.answer),
        "stale": stale(verdict),
        "note": cell.note,
    }


def stale(verdict: Verdict) -> str:
    """Return why the records of a verdict may not be today's numbers, and which were left out for that."""
    left_out = f"{verdict.retired} record(s) retired: their code computed other numbers" if verdict.retired else ""
    return "; ".join(text for text in (verdict.stale, left_out) if text)


def sentence(verdict: Verdict) -> str:
    """Return a verdict in words."""
    texts, places, reason = [], decimals(verdict.cell), verdict.reason
    if verdict.mean is not None:
        within = f", its 90 % interval {interval(verdict.interval, places)}" if verdict.interval else ""
        texts.append(f"Our mean over {_runs(len(verdict.units))} is {number(verdict.mean, places)}{within}.")
    if verdict.cell.value is not None:
        texts.append(f"The published value is {_printed(verdict.cell)}.")
    texts.append(MEANINGS[verdict.answer])
    if reason and verdict.answer != Answer.MEASURED:
        texts.append(f"{reason[:1].upper()}{reason[1:]}.")
    return " ".join(texts)


def as_markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows of texts by heading as a Markdown table without empty columns."""
    headings = headings_in_use(rows)
    lines = [headings, ["-"] * len(headings), *([row[name] for name in headings] for row in rows)] if rows else []
    return "\n".join("|" + "|".join(text.replace("|", r"\|") for text in line) + "|" for line in lines)


def headings_in_use(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the headings of the columns that are not empty."""
    return [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]


def cost_rows(records: Iterable[RunRecord]) -> list[dict[str, str]]:
    """Return the cost of each cell on each device as texts by heading: medians over its records."""
    groups: dict[tuple[str, ...], list[RunRecord]] = {}
    for record in records:
        if record.metrics:
            key = record.key
            names = (key.table, key.row, key.column, key.backend, record.device)
            groups.setdefault(names, []).append(record)
    headings = ("table", "row", "column", "backend", "device")
    return [{**dict(zip(headings, names, strict=True)), **_cost(group)} for names, group in groups.items()]


def _cost(records: Sequence[RunRecord]) -> dict[str, str]:
    memory = max(record.peak_device_bytes for record in records)
    speed = median(record.examples_per_second for record in records)
    return {
        "jobs": str(len(records)),
        "seconds": f"{median(record.seconds for record in records):.1f}",
        "examples per second": f"{speed:.0f}" if speed else "",
        "device memory (MB)": f"{memory / 1e6:.0f}" if memory else "",
    }


def exact(value: float | None) -> str:
    """Return a number with all of its digits, as it was published; nothing for None."""
    return "" if value is None else f"{value:.10g}"


def number(value: float | None, places: int = 2) -> str:
    """Return a number with at most `places` decimals, without trailing zeros; nothing for None."""
    return "" if value is None else f"{value:.{places}f}".rstrip("0").rstrip(".")


def signed(difference: float | None) -> str:
    """Return a difference with its sign and three digits; nothing for None."""
    return "" if difference is None else f"{difference:+.3g}"


def interval(ends: tuple[float, float] | None, places: int) -> str:
    """Return an interval with `places` decimals; nothing for None."""
    return "" if ends is None else f"{ends[0]:.{places}f} to {ends[1]:.{places}f}"


def place(cell: Cell) -> dict[str, str]:
    """Return the first columns of every table of cells, as texts by heading."""
    return {"table": cell.table, "row": cell.row, "column": cell.column, "metric": cell.metric.title}


def decimals(cell: Cell) -> int:
    """Return the decimals of our numbers: two, or enough to show two digits of a margin below 0.1."""
    return max(2, 1 - math.floor(math.log10(cell.margin))) if cell.margin else 2


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


def _printed(cell: Cell) -> str:
    return exact(cell.value) + (f" ± {exact(cell.margin)}" if cell.margin else "")


def _prediction(verdict: Verdict) -> str:
    remark = {None: "", True: " (includes published)", False: " (excludes published)"}
    return interval(verdict.prediction, decimals(verdict.cell)) + remark[verdict.published_is_predicted]
