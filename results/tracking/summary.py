"""What the parent run of a cell has: the verdict and its numbers, so that a table of MLflow sorts by distance."""

import math
from collections.abc import Mapping
from typing import Any

from results.published import Cell
from results.tracking.about import CellAbout, page_name
from results.tracking.contents import NOTE_TAG, place, plain, tags_of
from results.tracking.leftovers import PAGE_TAG
from results.verdicts import Verdict

COPIED = ("device", "commit", "data hash", "versions")  # from the latest run behind the verdict
LONGEST_TAG = 5000  # characters


def numbers_of(verdict: Verdict) -> dict[str, float | None]:
    """Return the metrics of a cell by name; None for what it does not have."""
    cell, mean = verdict.cell, verdict.mean
    low, high = verdict.interval or (None, None)
    distance = None if mean is None or cell.value is None else mean - cell.value
    metric = plain(cell.metric.name)
    return {
        metric: mean,
        f"published {metric}": cell.value,
        "n": float(len(verdict.units)),
        "mean": mean,
        "sd": verdict.deviation,
        "interval low": low,
        "interval high": high,
        "published": cell.value,
        "margin": cell.margin,
        "distance": distance,
        "distance in margins": _in_margins(distance, cell),
        "seconds": sum(record.seconds for record in verdict.records) if verdict.records else None,
    }


def _in_margins(distance: float | None, cell: Cell) -> float | None:
    """Return how many margins our mean is away; nothing for a wrong number that has no margin."""
    if distance is None or cell.margin is None:
        return None
    if cell.margin == 0:
        return None if distance else 0.0
    return abs(distance) / cell.margin


def words_of(verdict: Verdict, about: CellAbout) -> dict[str, str]:
    """Return the tags of a cell by name."""
    cell = verdict.cell
    tags = {**place(cell), "metric": cell.metric.name, "kind": cell.kind.value}
    tags |= {PAGE_TAG: page_name(cell), "same as": cell.same_as, "note": cell.note}
    tags |= {"verdict": verdict.answer.value, "reason": verdict.reason, "verdict.reason": verdict.reason}
    tags |= {"backend": verdict.backend, "stale": verdict.stale or "no", "finding": verdict.finding}
    tags |= {"command": about.command, "report page": about.page, NOTE_TAG: about.text}
    if latest := max(verdict.records, key=lambda record: record.finished, default=None):
        tags |= {name: tags_of(cell, latest)[name] for name in COPIED} | {"backend": latest.key.backend}
        tags |= {"mlflow.source.name": "retable", "mlflow.source.git.commit": latest.commit.removesuffix("+")}
    return {name: text[:LONGEST_TAG] for name, text in tags.items()}


def changed_numbers(values: Mapping[str, float | None], known: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics to be written: new values, and NaN where there was a value and there is none now."""
    lost = {name: math.nan for name, value in values.items() if value is None and _is_number(known.get(name))}
    return lost | {name: value for name, value in values.items() if value is not None and known.get(name) != value}


def changed_words(tags: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags to be written; a description that is there stays, because a user may have written it."""
    return {
        name: text
        for name, text in tags.items()
        if known.get(name, "") != text and not (name == NOTE_TAG and known.get(name))
    }


def _is_number(value: float | None) -> bool:
    return value is not None and not math.isnan(value)
