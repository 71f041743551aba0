"""Verdicts as rows of text, for the terminal, for JSON and for Markdown."""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from results.published import Cell, Kind
from results.records import RunRecord
from results.verdicts import Answer, Verdict, counted_once

MEANINGS = {
    Answer.REPRODUCED: "The published value could be one of our runs, and our mean is within the margin of it.",
    Answer.COMPATIBLE: "The published value could be one of our runs; our mean may be beyond the margin.",
    Answer.NEAR: "Our mean is within the margin of the published value, which is not one of our runs.",
    Answer.BETTER: "Our mean is beyond the margin, on the better side.",
    Answer.WORSE: "Our mean is beyond the margin, on the worse side.",
    Answer.DIFFERS: "Our number is beyond the margin; no direction is better, or the system has no randomness.",
    Answer.INCONCLUSIVE: "Our runs spread too much, or are too few, to tell.",
    Answer.INCOMPLETE: "There are fewer runs than the protocol of the paper requires.",
    Answer.MEASURED: "Nothing was published to compare with.",
    Answer.NOT_ATTEMPTED: "Nothing was trained, for the reason given.",
}
FEW = 2  # cells that a remark names
BESIDE = "published for another input"


def as_row(verdict: Verdict) -> dict[str, str]:
    """Return a verdict as a row of a table: texts by heading."""
    cell, places = verdict.cell, decimals(verdict.cell)
    extremes = (min(verdict.units), max(verdict.units)) if len(verdict.units) > 1 else None
    return {
        **place(cell),
        "published": _printed(cell),
        BESIDE: for_another_input(verdict),
        "ours": ours(verdict),
        "range of runs": interval(extremes, places),
        "96 % interval of the mean": interval(verdict.interval, places),
        "95 % prediction interval": _prediction(verdict),
        "verdict": in_words(verdict),
        "stale": verdict.stale,
        "retired": retired(verdict),
        "finding": verdict.finding,
        "note": cell.note,
    }


def as_brief_row(verdict: Verdict) -> dict[str, str]:
    """Return the numbers and the answer of a verdict, without reasons, as texts by heading."""
    cell, places = verdict.cell, decimals(verdict.cell)
    return {
        **place(cell),
        "published": exact(cell.value),
        "margin": exact(cell.margin or None),
        "ours": number(verdict.mean, places),
        "sd": number(verdict.deviation, places),
        "n": str(len(verdict.units) or ""),
        "verdict": f"{verdict.answer}{', stale' if verdict.stale else ''}",
    }


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data: numbers as numbers, None for what there is not."""
    cell, records = verdict.cell, verdict.records
    return {
        **published(cell),
        "published_for_another_input": verdict.beside,
        **measured(verdict),
        "reason": verdict.reason,
        "stale": verdict.stale or None,
        "backend": verdict.backend or None,
        "seeds": sorted({record.key.seed for record in records}),
        "commits": sorted({record.commit for record in records}),
        "data_hash": next((record.data_hash for record in records), None),
    }


def measured(verdict: Verdict) -> dict[str, Any]:
    """Return our numbers and the answer as plain data."""
    return {
        "mean": verdict.mean,
        "sd": verdict.deviation,
        "n": len(verdict.units),
        "interval": list(verdict.interval) if verdict.interval else None,
        "verdict": verdict.answer,
    }


def published(cell: Cell) -> dict[str, Any]:
    """Return what is known of a cell without runs, as plain data."""
    return {
        "paper": cell.paper,
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "metric": cell.metric.name,
        "kind": cell.kind,
        "published": cell.value,
        "margin": cell.margin,
    }


def ours(verdict: Verdict) -> str:
    """Return our mean, its standard deviation and the number of runs, each with its name."""
    if verdict.mean is None:
        return ""
    places = decimals(verdict.cell)
    spread = "" if verdict.deviation is None else f", sd {number(verdict.deviation, places)}"
    return f"{number(verdict.mean, places)}{spread}, n {len(verdict.units)}"


def for_another_input(verdict: Verdict) -> str:
    """Return what the paper prints for another input, and how far ours is from it; nothing where it does not."""
    if verdict.beside is None:
        return ""
    distance = (
        "" if verdict.mean is None else f" (ours {verdict.mean - verdict.beside:+.{decimals(verdict.cell)}f})"
    )
    return exact(verdict.beside) + distance


def in_words(verdict: Verdict) -> str:
    """Return the answer with its reason, the margin at which it turns, and how many recipes the cell has had."""
    tried = f"{verdict.completed} recipes had all runs" if verdict.completed > 1 else ""
    details = "; ".join(filter(None, [verdict.reason, turning(verdict), tried]))
    return f"{verdict.answer}: {details}" if details else str(verdict.answer)


def turning(verdict: Verdict) -> str:
    """Return the margin at which the verdict would turn, as text; nothing where nothing was judged."""
    if verdict.turns_at is None or verdict.answer == Answer.INCOMPLETE or verdict.cell.kind != Kind.PERFORMANCE:
        return ""
    is_ours = verdict.published_is_predicted is not False
    answer = Answer.REPRODUCED if is_ours else Answer.NEAR
    name = "so" if answer == verdict.answer else answer
    return f"{name} for any margin above {number(verdict.turns_at, decimals(verdict.cell))}"


def retired(verdict: Verdict) -> str:
    """Return how many records a verdict leaves out, and why; nothing for none."""
    return f"{verdict.retired} record(s): their code computed other numbers" if verdict.retired else ""


def sentence(verdict: Verdict) -> str:
    """Return a verdict in words."""
    texts, places, reason = [], decimals(verdict.cell), verdict.reason
    if verdict.mean is not None:
        within = f", its 96 % interval {interval(verdict.interval, places)}" if verdict.interval else ""
        texts.append(f"Our mean over {_runs(len(verdict.units))} is {number(verdict.mean, places)}{within}.")
    if verdict.cell.value is not None:
        texts.append(f"The published value is {_printed(verdict.cell)}.")
    if text := for_another_input(verdict):
        texts.append(f"For another input, the published value is {text}.")
    texts.append(MEANINGS[verdict.answer])
    if reason and verdict.answer != Answer.MEASURED:
        texts.append(f"{reason[:1].upper()}{reason[1:]}.")
    if turns := turning(verdict):
        texts.append(f"It is {turns}.")
    if verdict.stale:
        texts.append(f"Stale: {verdict.stale}.")
    if verdict.retired:
        texts.append(f"Retired: {retired(verdict)}.")
    return " ".join(texts)


def coverage(verdicts: Iterable[Verdict], kind: Kind) -> str:
    """Return how many cells of a kind are reproduced, runnable and printed; nothing if none is printed."""
    found = counts(verdicts, kind)
    stale = f", {found['stale']} stale" if found["stale"] else ""
    text = f"{found['reproduced']} of {found['runnable']} runnable, {found['printed']} printed{stale}"
    return text if found["printed"] else ""


def counts(verdicts: Iterable[Verdict], kind: Kind) -> dict[str, int]:
    """Return how many printed cells of a kind are reproduced, runnable and stale, which counts alone."""
    printed = [v for v in counted_once(verdicts) if v.cell.kind == kind and v.cell.value is not None]
    return {
        "reproduced": sum(v.answer == Answer.REPRODUCED and not v.stale for v in printed),
        "runnable": sum(v.answer != Answer.NOT_ATTEMPTED for v in printed),
        "printed": len(printed),
        "stale": sum(bool(v.stale) for v in printed),
    }


def remarks(verdicts: Iterable[Verdict]) -> list[str]:
    """Return the reasons, notes and findings behind verdicts, each with the cells that it is about."""
    cells: dict[str, list[Cell]] = {}
    metrics: dict[tuple, set[str]] = {}  # of each place
    for verdict in verdicts:
        metrics.setdefault(_place(verdict.cell), set()).add(verdict.cell.metric.title)
        reason = verdict.reason and f"{verdict.answer}: {verdict.reason}"
        stale = verdict.stale and f"stale: {verdict.stale}"
        for text in filter(None, [reason, stale, verdict.finding, retired(verdict), verdict.cell.note]):
            cells.setdefault(text, []).append(verdict.cell)
    return [f"{_named(about, metrics)}: {text}" for text, about in cells.items()]


def _named(cells: Sequence[Cell], metrics: Mapping[tuple, set[str]]) -> str:
    """Name a few cells by row and column, and by metrics where not all of the place are meant."""
    if len(cells) > FEW:
        return f"{len(cells)} cells"
    mine: dict[tuple, list[str]] = {}
    for cell in cells:
        mine.setdefault(_place(cell), []).append(cell.metric.title)
    names = ([*where[1:], *(titles if set(titles) < metrics[where] else ())] for where, titles in mine.items())
    return "; ".join(map(", ".join, names))


def _place(cell: Cell) -> tuple[str, str, str]:
    return cell.table, cell.row, cell.column


def as_markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows of texts by heading as a Markdown table without empty columns."""
    headings = headings_in_use(rows)
    return markdown(headings, [[row[name] for name in headings] for row in rows]) if rows else ""


def markdown(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return lines of texts below their headings as a Markdown table."""
    every = [headings, ["-"] * len(headings), *lines]
    return "\n".join("|" + "|".join(text.replace("|", r"\|") for text in line) + "|" for line in every)


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
    return exact(cell.value) + (f" (margin {exact(cell.margin)})" if cell.margin else "")


def _prediction(verdict: Verdict) -> str:
    remark = {None: "", True: " (includes published)", False: " (excludes published)"}
    return interval(verdict.prediction, decimals(verdict.cell)) + remark[verdict.published_is_predicted]
