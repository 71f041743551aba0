"""The nights of a plan as a table, and in words what each of them changed."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.nights.series import steps
from benchmarks.nights.series.kept import Summary, broken_off, name_of
from benchmarks.signals import Status

LEGEND = "time, memory: of a job beside no other load, against the first such night of its recipe"
SHORT_COMMIT = 12


def as_rows(summaries: Sequence[Summary]) -> list[dict[str, str]]:
    """Return a row of texts a night."""
    return [
        {
            "night": str(one["night"]),
            "date": one["date"],
            "commit": one["commit"][:SHORT_COMMIT],
            "new": str(one.get("new runs", "")),
            "rerun": str(one["reruns"].get("jobs", "") or ""),
            "differ": str(_different(one) or ""),
            "turned": str(len(one["turned"]) or ""),
            "time": _percent(_relative(summaries, one, "seconds")),
            "memory": _percent(_relative(summaries, one, "memory")),
            "gate": _gate(one),
        }
        for one in summaries
    ]


def as_data(summaries: Sequence[Summary]) -> list[dict[str, Any]]:
    """Return the same as plain data: numbers as numbers, and lists of what changed."""
    names = ("night", "date", "commit", "started", "hours", "new runs", "runs left", "stopped", "unended")
    lists = ("gate", "turned", "regressed", "slower", "findings", "steps", "costs", "problems")
    return [
        {
            **{name.replace(" ", "_"): one.get(name) for name in names},
            "reruns": one["reruns"],
            "relative_seconds": _relative(summaries, one, "seconds"),
            "relative_memory": _relative(summaries, one, "memory"),
            **{name: one.get(name, []) for name in lists},
            "exit_code": one.get("exit code"),
        }
        for one in summaries
    ]


def as_flat(summaries: Sequence[Summary]) -> list[dict[str, Any]]:
    """Return the same for CSV: lists as one text, without the costs of each recipe."""
    rows = as_data(summaries)
    for row in rows:
        del row["costs"]
        row["steps"] = [steps.in_words(steps.Step(**step)) for step in row["steps"]]
        row.update({name: "; ".join(value) for name, value in row.items() if isinstance(value, list)})
    return rows


def in_words(summaries: Sequence[Summary]) -> list[str]:
    """Return what the nights changed, each line with its night."""
    legend = [LEGEND] if any(_relative(summaries, one, "seconds") for one in summaries) else []
    return legend + [f"- {name_of(one).capitalize()}: {text}" for one in summaries for text in _texts(one)]


def _texts(summary: Summary) -> list[str]:
    found = [f"before it, {broken_off(summary['unended'])}"] if summary["unended"] else []
    found += [*summary["turned"], *summary["findings"]]
    found += [steps.in_words(steps.Step(**step)) for step in summary["steps"]]
    return found + [f"gate closed by {text}" for text in summary["gate"]]


def _different(summary: Summary) -> int:
    return summary["reruns"].get("different", 0) + summary["reruns"].get("different_new", 0)


def _relative(summaries: Sequence[Summary], night: Summary, quantity: str) -> float | None:
    """Return the median over recipes of a quantity, divided by that of the first night that has it."""
    first: dict[tuple, float] = {}
    for one in summaries:
        for cost in one["costs"]:
            if value := cost.get(quantity):
                first.setdefault((cost["cell"], cost["kind"]), value)
    shares = [
        value / first[cost["cell"], cost["kind"]] for cost in night["costs"] if (value := cost.get(quantity))
    ]
    return median(shares) if shares else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * (share - 1):+.0f} %"


def _gate(summary: Summary) -> str:
    if summary["gate"]:
        return "closed"
    texts: dict[Any, str] = {
        Status.NO_EVIDENCE: "no evidence",
        Status.STOPPED: "open, stopped",
        Status.FAILED: "open, failed",
    }
    is_rehearsal = summary.get("exit code") == Status.DONE and not summary.get("evidence", 1)
    return "open, rehearsal" if is_rehearsal else texts.get(summary.get("exit code"), "open")
