"""Verdicts as rows of text, for the terminal, for JSON and for the README."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from results.verdicts import Answer, Verdict

LONG = 30
BEGIN, END = "<!-- verdicts: written by `retable readme` -->", "<!-- end of verdicts -->"


def as_row(verdict: Verdict) -> dict[str, str]:
    """Return what a reader wants to see of a verdict, as texts by heading."""
    cell = verdict.cell
    return {
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "metric": cell.metric.name + (f" ({cell.metric.unit})" if cell.metric.unit else ""),
        "published": _with_spread(cell.value, cell.margin),
        "ours": _with_spread(verdict.mean, verdict.deviation),
        "runs": str(len(verdict.units)),
        "90 % interval": _interval(verdict.interval),
        "95 % next run": _interval(verdict.prediction) + _mark(verdict.published_is_predicted),
        "verdict": f"{verdict.answer}: {verdict.reason}" if verdict.reason else str(verdict.answer),
        "note": cell.note,
    }


def markdown(verdicts: Sequence[Verdict]) -> str:
    """Return a Markdown table; empty text without verdicts."""
    rows = [as_row(verdict) for verdict in verdicts]
    headings = headings_in_use(rows)
    lines = [headings, ["-"] * len(headings), *([row[name] for name in headings] for row in rows)] if rows else []
    return "\n".join("|" + "|".join(text.replace("|", r"\|") for text in line) + "|" for line in lines)


def headings_in_use(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the headings under which some row has a text."""
    return [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]


def rewrite_section(path: Path, verdicts: Mapping[str, Sequence[Verdict]]) -> None:
    """Replace what stands between the two marks in a text file. Raises ValueError without the marks."""
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} lacks the marks {BEGIN} and {END}")
    tables = [_titled(title, rows) for title, rows in verdicts.items() if rows]
    path.write_text("\n\n".join([before + begin, *tables, end + after]), "utf-8")


def _titled(title: str, verdicts: Sequence[Verdict]) -> str:
    """Return a title with counts and a table; of a long one only what is not reproduced."""
    counts = Counter(str(verdict.answer) for verdict in verdicts)
    line = ", ".join(f"{count} {answer}" for answer, count in counts.most_common())
    if len(verdicts) > LONG:
        verdicts = [verdict for verdict in verdicts if verdict.answer != Answer.REPRODUCED]
    return f"**{title}**: {line}\n\n{markdown(verdicts)}".rstrip()


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _with_spread(value: float | None, spread: float | None) -> str:
    if value is None:
        return ""
    return _number(value) if not spread else f"{_number(value)} ± {_number(spread)}"


def _interval(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def _mark(is_predicted: bool | None) -> str:
    return {None: "", True: " (holds theirs)", False: " (misses theirs)"}[is_predicted]
