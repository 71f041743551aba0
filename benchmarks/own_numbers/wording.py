"""Judgements of somebody's numbers in words, as rows of a table, and as plain data."""

import re
from collections.abc import Sequence
from typing import Any

from benchmarks.own_numbers.judgement import Judgement
from results.tables import MEANINGS, decimals, exact, interval, number, place, retired
from results.verdicts import ROUNDING, Answer, beyond, largest_gap

ONLY_PUBLISHED = "so only the published value and its margin can be compared"
SIDES = {-1: "below", 0: "inside", 1: "above"}


def lines(judgement: Judgement) -> list[str]:
    """Return all that is to be said of a cell and the numbers, a thought a line."""
    cell = judgement.cell
    said = [
        f"{cell.name}, {cell.metric.title}. {_yours(judgement)}",
        beside_published(judgement),
        beside_ours(judgement),
        beside_both(judgement),
        by_rule(judgement),
        judgement.hint,
        *caveats(judgement),
    ]
    return [line for line in said if line]


def sentence(judgement: Judgement) -> str:
    """Return what matters for one of many: beside the published value, beside our runs, and a likely mistake."""
    ours = _against_prediction(judgement, "the range of 19 in 20 runs of this recipe") if judgement.sides else ""
    return " ".join(filter(None, [beside_published(judgement), ours, judgement.hint]))


def title(judgement: Judgement) -> str:
    """Return the cell, what is published, and where our runs fall, as one line for many numbers."""
    cell, ends = judgement.cell, interval(judgement.prediction, decimals(judgement.cell))
    printed = f"published {exact(cell.value)} (margin {exact(cell.margin)})" if cell.value is not None else ""
    ours = f"19 in 20 runs of this recipe fall in {ends}" if ends else ""
    return "; ".join(filter(None, [f"{cell.name}, {cell.metric.title}", printed, ours]))


def beside_published(judgement: Judgement) -> str:
    """Compare with the published value; nothing without one."""
    cell = judgement.cell
    if cell.value is None:
        return ""
    within = "within" if judgement.is_within_margin else "beyond"
    margin = f", {within} the margin of {exact(cell.margin)}" if cell.margin else ""
    return f"{_difference(judgement, cell.value)} the published value, {exact(cell.value)}{margin}."


def beside_ours(judgement: Judgement) -> str:
    """Compare with our runs, or say why that is impossible."""
    ours, count = judgement.known.ours, len(judgement.known.ours.units)
    if ours.answer == Answer.NOT_ATTEMPTED:
        return f"We have no run of this cell ({ours.reason}), {ONLY_PUBLISHED}."
    if ours.mean is None:
        return f"We have no run of this cell, {ONLY_PUBLISHED}."
    if judgement.known.is_fixed:
        value = number(ours.mean, decimals(judgement.cell))
        return f"Ours has no randomness and gives {value}. {_difference(judgement, ours.mean)} that."
    if judgement.prediction is None:
        return f"We have one run, {exact(ours.mean)}, which does not show how far runs spread, {ONLY_PUBLISHED}."
    places = decimals(judgement.cell)
    spread = f"mean {number(ours.mean, places)}, sd {number(ours.deviation, places)}"
    return (
        f"About 19 in 20 runs of this recipe fall in {interval(judgement.prediction, places)} (95 % prediction "
        f"interval, from our {count} runs: {spread}). {_against_prediction(judgement, 'that range')}"
    )


def beside_both(judgement: Judgement) -> str:
    """Say what the spread of our runs makes of the difference; nothing where it is unknown."""
    if judgement.p_value is not None:
        return (
            f"If your runs and ours had one mean, a difference as large would come by chance in "
            f"{_per_cent(judgement.p_value)} % of cases (Welch's test)."
        )
    gap, value = largest_gap(judgement.known.ours), judgement.cell.value
    if gap is None or value is None or len(judgement.values) > 1:
        return ""
    could = "could" if abs(judgement.mean - value) <= gap else "could not"
    return (
        f"If your code spreads as ours does, yours and the published value {could} be two runs of one system: "
        f"such runs differ by less than {number(gap, decimals(judgement.cell))} in 19 of 20 cases."
    )


def by_rule(judgement: Judgement) -> str:
    """Return the project's verdict on the numbers as runs; nothing without a protocol or a published value."""
    rule, count = judgement.rule, len(judgement.values)
    if rule is None and judgement.known.is_fixed and judgement.cell.value is not None and count > 1:
        return "No verdict by the project's rule: your values differ, and it takes one run without randomness."
    if rule is None:
        return ""
    if rule.answer == Answer.INCOMPLETE:
        return f"No verdict by the project's rule yet: {_addressed(rule.reason)}."
    judged = f", by your first {len(rule.units)} values" if 1 < len(rule.units) < count else ""
    reason = f" ({_addressed(rule.reason)})" if rule.reason else ""
    meaning = _addressed(MEANINGS[rule.answer])
    return f"Verdict by the project's rule{judged}: {rule.answer}{reason}. {meaning}"


def caveats(judgement: Judgement) -> list[str]:
    """Return what makes our runs doubtful, and what is known of the cell."""
    ours, pitfalls = judgement.known.ours, judgement.known.pitfalls
    return [
        *([f"Our runs are stale: {ours.stale}."] if ours.stale else []),
        *([f"Left out: {retired(ours)}."] if ours.retired else []),
        *([f"{ours.finding[:1].upper()}{ours.finding[1:]}."] if ours.finding else []),
        *([f"Note on this cell: {_ended(judgement.cell.note)}"] if judgement.cell.note else []),
        *([f"Known pitfalls of this cell: {' '.join(map(_ended, pitfalls))}"] if pitfalls else []),
    ]


def as_row(judgement: Judgement) -> dict[str, str]:
    """Return a judgement as a row of texts by heading: the cell, then the numbers."""
    cell, places = judgement.cell, decimals(judgement.cell)
    published = {"published": exact(cell.value), "margin": exact(cell.margin)}
    range_of_ours = {"95 % prediction interval": interval(judgement.prediction, places)}
    return {**place(cell), **published, **range_of_ours, **row_of_numbers(judgement)}


def row_of_numbers(judgement: Judgement) -> dict[str, str]:
    """Return the numbers, without their cell, as a row of texts by heading."""
    places = decimals(judgement.cell)
    return {
        "yours": exact(judgement.mean) if len(judgement.values) == 1 else number(judgement.mean, places),
        "sd": number(judgement.deviation, places),
        "n": str(len(judgement.values)),
        "within the margin": {None: "", True: "yes", False: "no"}[judgement.is_within_margin],
        "among our runs": _counted(judgement.sides),
        "verdict": str(judgement.rule.answer) if judgement.rule else "",
        "in words": sentence(judgement),
    }


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as plain data: numbers as numbers, None for what there is not."""
    cell, ours, rule = judgement.cell, judgement.known.ours, judgement.rule
    return {
        **{name: getattr(cell, name) for name in ("paper", "table", "row", "column")},
        "metric": cell.metric.name,
        "published": cell.value,
        "margin": cell.margin,
        "values": list(judgement.values),
        "mean": judgement.mean,
        "sd": judgement.deviation,
        "n": len(judgement.values),
        "within_margin": judgement.is_within_margin,
        "verdict": rule.answer if rule else None,
        "reason": rule.reason if rule else None,
        "our_mean": ours.mean,
        "our_sd": ours.deviation,
        "our_n": len(ours.units),
        "our_prediction_interval": list(judgement.prediction) if judgement.prediction else None,
        "inside": judgement.sides.count(0) if judgement.sides else None,
        "p_value": judgement.p_value,
        "stale": ours.stale or None,
        "note": cell.note or None,
        "hint": judgement.hint or None,
        "pitfalls": list(judgement.known.pitfalls),
        "sentences": lines(judgement),
    }


def _yours(judgement: Judgement) -> str:
    values, places, protocol = judgement.values, decimals(judgement.cell), judgement.known.protocol
    unit = f" A run is a mean over {protocol.folds} folds." if protocol and protocol.folds > 1 else ""
    if len(values) == 1:
        return f"Yours is {exact(values[0])}.{unit}"
    spread = (
        f"sd {number(judgement.deviation, places)}, and range from {exact(min(values))} to {exact(max(values))}"
    )
    return f"Your {len(values)} runs have a mean of {number(judgement.mean, places)}, {spread}.{unit}"


def _against_prediction(judgement: Judgement, name: str) -> str:
    """Say where the values are, compared with the prediction interval under some name."""
    first, *others = judgement.sides
    if not others:
        return f"Yours is {SIDES[first]} {name}{_quality(judgement, first) if first else ''}."
    count, outside = judgement.sides.count(0), [side for side in judgement.sides if side]
    away = f", {_counted(outside)}" if outside else ""
    return f"{count} of your {len(judgement.sides)} runs {'is' if count == 1 else 'are'} inside {name}{away}."


def _quality(judgement: Judgement, side: int) -> str:
    answer = beyond(judgement.cell.metric.better, side > 0)
    return "" if answer == Answer.DIFFERS else f", on the {answer} side"


def _counted(sides: Sequence[int]) -> str:
    """Return how many values are on each side of the prediction interval, as text."""
    found = {name: sides.count(side) for side, name in sorted(SIDES.items(), key=lambda pair: abs(pair[0]))}
    return ", ".join(f"{count} {name}" for name, count in found.items() if count)


def _difference(judgement: Judgement, value: float) -> str:
    """Say how far the mean is from a value, whose name is to follow."""
    yours = "Yours" if len(judgement.values) == 1 else "Your mean"
    distance = abs(judgement.mean - value)
    if distance <= ROUNDING:
        return f"{yours} is equal to"
    text = number(distance, decimals(judgement.cell))
    side = "higher" if judgement.mean > value else "lower"
    return f"{yours} is {text if float(text) else f'{distance:.2g}'} {side} than"


def _per_cent(p_value: float) -> str:
    return "less than 0.1" if p_value < 0.001 else number(100 * p_value, 1)


def _addressed(text: str) -> str:
    """Return what is said of our runs as said of yours."""
    return re.sub(r"\b([Oo])ur(s?)\b", lambda found: f"{'Y' if found[1] == 'O' else 'y'}our{found[2]}", text)


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
