"""A comparison of groups as rows of texts, as notes, and as plain data."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from results.groups.compared import NO_SPREAD, Compared, Pair, Summary
from results.groups.question import Repeats
from results.groups.runs import brief
from results.groups.samples import copies, fold_keys
from results.tables import interval

MOST_FACTORS, MOST_NAMES, MOST_PAIRS, MOST_LABEL = 8, 5, 40, 32
MOST_DECIMALS = 8
WHOSE = "whose"  # begins the reasons for runs that diverged


class Numbers:
    """How numbers of a comparison are written: with two digits of the smallest deviation."""

    def __init__(self, found: Compared) -> None:
        spreads = [one.deviation for one in found.summaries if one.deviation]
        values = [abs(one.mean) for one in found.summaries if one.mean]
        smallest = min(spreads) if spreads else min(values, default=1.0) / 100
        self.places = max(0, 1 - math.floor(math.log10(smallest)))
        self.is_plain = self.places <= MOST_DECIMALS and max(values, default=0.0) < 1e9

    def text(self, value: float | None, sign: str = "") -> str:
        """Return a number; nothing for None."""
        if value is None:
            return ""
        return f"{value:{sign}.{self.places}f}" if self.is_plain else f"{value:{sign}.4g}"

    def interval(self, ends: tuple[float, float] | None) -> str:
        """Return an interval; nothing for None."""
        if ends is None or self.is_plain:
            return interval(ends, self.places)
        return f"{ends[0]:.4g} to {ends[1]:.4g}"


def names(found: Compared, most: int = MOST_LABEL, *, numbered: bool = False) -> dict[str, str]:
    """Return a short name for each group, all different; if `numbered`, its number, for narrow tables."""
    if numbered:
        return {one.group.label: str(number) for number, one in enumerate(found.summaries, start=1)}
    short: dict[str, str] = {}
    taken: set[str] = set()
    for one in found.summaries:
        name = base = brief(one.group.label, most)
        number = 2
        while name in taken:
            name, number = f"{base} #{number}", number + 1
        taken.add(name)
        short[one.group.label] = name
    return short


def group_rows(found: Compared, *, numbered: bool = False) -> list[dict[str, str]]:
    """Return a row of texts for each group, if `numbered` with its number."""
    numbers, short = Numbers(found), names(found)
    return [
        {
            "no.": str(number) if numbered else "",
            "group": short[one.group.label],
            "n": str(len(one.values)),
            "mean": numbers.text(one.mean),
            "median": numbers.text(one.median),
            "sd": numbers.text(one.deviation),
            "95 % interval": numbers.interval(one.interval),
        }
        for number, one in enumerate(found.summaries, start=1)
    ]


def pair_rows(found: Compared, most: int = MOST_PAIRS, *, numbered: bool = False) -> list[dict[str, str]]:
    """Return a row of texts for each pair; of many, for those with the smallest p."""
    numbers, short = Numbers(found), names(found, numbered=numbered)
    return [
        {
            "first": short[pair.first],
            "second": short[pair.second],
            "pairs": "" if pair.count is None else str(pair.count),
            "second - first": numbers.text(pair.difference, "+"),
            "95 % interval": numbers.interval(pair.interval),
            "p": p_text(pair.p_value),
            "p by Holm": p_text(pair.p_holm),
            "p (equivalence)": p_text(pair.p_equivalence),
            "second is": pair.answer,
        }
        for pair in _first(found.pairs, most)
    ]


def pairs_left_out(found: Compared, most: int = MOST_PAIRS) -> str:
    """Return how many pairs the rows lack; empty where they have all."""
    more = len(found.pairs) - most
    return f"{more} more pairs, with larger p, are left out; --format csv has them." if more > 0 else ""


def p_text(p_value: float | None) -> str:
    """Return a p-value with two digits; nothing for None."""
    if p_value is None:
        return ""
    return "<0.0001" if p_value < 1e-4 else f"{p_value:.2g}"


def _first(pairs: Sequence[Pair], most: int) -> Sequence[Pair]:
    if len(pairs) <= most:
        return pairs
    return sorted(pairs, key=lambda pair: 2.0 if pair.p_holm is None else pair.p_holm)[:most]


def notes(found: Compared, *, numbered: bool = False) -> list[str]:
    """Return what a reader has to know, a sentence or two each: what was counted, how, and what else differs.

    If `numbered`, groups have the numbers of `group_rows` there.
    """
    differing = _confounded(found, names(found, numbered=numbered))
    return list(filter(None, [_counted(found), _tested(found), *differing, *_doubts(found)]))


def _counted(found: Compared) -> str:
    question, groups = found.question, found.groups
    where = ", ".join(brief(name) for name in found.experiments)
    text = f"{found.runs} finished runs of {where}; of each, the last {question.metric}."
    left = ", ".join(f"{number} {why}" for why, number in groups.reasons.items())
    if groups.units > 1:
        what = "fold of one cross-validation" if found.are_folds else "cross-validation"
        text += f" Each value is a {what} of {groups.units} by {question.unit}: intervals are for the same data."
    if question.repeats != Repeats.REFUSE:
        text += f" Of runs that repeat a seed, the {question.repeats} counts."
    return f"{text} Left out: {left}." if left else text


def _tested(found: Compared) -> str:
    question = found.question
    if not any(pair.estimate for pair in found.pairs):
        least = "3 pairs" if question.is_paired else "2 values in each group"
        return f"Nothing was tested: a test needs 2 groups and {least}, which are not all equal."
    folds = found.groups.units > 1 and (question.is_paired or found.are_folds)
    name = f"Paired t-test over equal {' and '.join(map(str, question.pair_by))}" if question.is_paired else ""
    text = name or "Welch's t-test"
    text += ", corrected for folds (Nadeau & Bengio)" if folds else ""
    number = sum(pair.estimate is not None for pair in found.pairs)
    holm = f"; the answers hold at 5 % by Holm's correction for {number} pairs" if number > 1 else ", at 5 %"
    if question.margin is None:
        return f"{text}{holm}."
    within = f"two one-sided tests show a difference within {question.margin:g}"
    return f"{text}{holm}. Equivalent: {within}{', by Holm too' if number > 1 else ''}."


def _confounded(found: Compared, short: Mapping[str, str]) -> list[str]:
    """Return what else differs between the groups, and what is not known."""
    lines = []
    full = [factor.text(short) for factor in found.factors if not factor.is_partly_lacking]
    if full:
        more = [f"and {len(full) - MOST_FACTORS} more; --format json has all"] if len(full) > MOST_FACTORS else []
        lines = [
            "Also different between the groups, so each could be the cause of a difference:",
            *(f"  {text}" for text in [*full[:MOST_FACTORS], *more]),
        ]
    partly = [factor.name for factor in found.factors if factor.is_partly_lacking]
    if partly:
        lines.append(f"Recorded for some runs alone: {_listed(partly)}.")
    if found.unknown:
        lines.append(f"Recorded for no run, so perhaps different: {' and '.join(found.unknown)}.")
    if found.always:
        lines.append(f"Different in every run: {_listed(found.always)}.")
    return lines


def _listed(every: Sequence[str]) -> str:
    rest = len(every) - MOST_NAMES
    return ", ".join(map(brief, every[:MOST_NAMES])) + (f" and {rest} more" if rest > 0 else "")


def _doubts(found: Compared) -> list[str]:
    """Return what may be wrong with the runs themselves."""
    short, lines = names(found), []
    for one in found.summaries:
        name = short[one.group.label]
        if count := copies(one.group.runs):
            lines.append(f"{name}: {count} runs repeat the parameters and all metrics of others. Are they copies?")
        elif len(one.values) > 1 and one.interval is None:
            lines.append(f"{name}: all {len(one.values)} values are equal. Does the seed reach the training?")
    if any(pair.answer == NO_SPREAD for pair in found.pairs):
        lines.append("No spread: the difference never varies, so there is nothing to test.")
    lines += found.groups.merged
    lines += [_without(label, why, number) for (why, label), number in found.groups.left_out.items() if label]
    return [*lines, _fold_doubt(found)]


def _without(label: str, why: str, number: int) -> str:
    """Return a warning for a group that looks better without its diverged runs."""
    if not why.startswith(WHOSE):
        return ""
    return f"{brief(label)}: its mean is without {number} run(s) {why}, which may flatter it."


def _fold_doubt(found: Compared) -> str:
    question = found.question
    taken = {*question.group_by, question.unit}
    runs = [run for one in found.summaries for run in one.group.runs]
    folds = [key for key in fold_keys(runs) if key not in taken and len({key.value(run) for run in runs}) > 1]
    if not folds or question.unit:
        return ""
    return f"{folds[0]} seems to name folds, which share training data: --unit {folds[0]} allows for it."


def as_data(found: Compared) -> dict[str, Any]:
    """Return a comparison as plain data: numbers as numbers, None for what there is not."""
    question = found.question
    return {
        "experiments": list(found.experiments),
        "metric": question.metric,
        "group_by": list(map(str, question.group_by)),
        "pair_by": list(map(str, question.pair_by)),
        "unit": str(question.unit) if question.unit else None,
        "margin": question.margin,
        "groups": [_group_data(one) for one in found.summaries],
        "pairs": [_pair_data(pair) for pair in found.pairs],
        "confounded": [
            {"name": factor.name, "alone": factor.is_parted, "values": factor.values} for factor in found.factors
        ],
        "different_in_every_run": list(found.always),
        "not_recorded": list(found.unknown),
        "left_out": found.groups.reasons,
        "notes": notes(found),
    }


def lines(found: Compared) -> list[dict[str, Any]]:
    """Return groups and pairs as rows of one table: numbers as numbers, and "group" or "pair" as the kind."""
    groups = [{"kind": "group", **_group_data(one)} for one in found.summaries]
    pairs = [{"kind": "pair", **_pair_data(pair)} for pair in found.pairs]
    headings = dict.fromkeys(name for row in (*groups[:1], *pairs[:1]) for name in row if name != "values")
    return [{name: row.get(name) for name in headings} for row in (*groups, *pairs)]


def _group_data(one: Summary) -> dict[str, Any]:
    return {
        "group": one.group.label,
        "n": len(one.values),
        "mean": one.mean,
        "median": one.median,
        "sd": one.deviation,
        "interval": list(one.interval) if one.interval else None,
        "values": one.values,
    }


def _pair_data(pair: Pair) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "pairs": pair.count,
        "difference": pair.difference,
        "interval": list(pair.interval) if pair.interval else None,
        "p": pair.p_value,
        "p_holm": pair.p_holm,
        "p_equivalence": pair.p_equivalence,
        "second_is": pair.answer,
    }
