"""An answer in words: a table of its factors, sentences, and plain data."""

import math
from dataclasses import asdict
from typing import Any

from results.explanations.effects import Effect
from results.explanations.explanation import EFFECTS, FAR, Explanation, FactorEffects, Outcome, Together

MOST_DECIMALS = 6
UNTESTED = "not tested"  # the heading of reasons


def decimals(answer: Explanation) -> int:
    """Return how many decimals the numbers of an answer need: two digits of our interval's half width."""
    half = (answer.high - answer.low) / 2 or abs(answer.gap) or 1.0
    return min(MOST_DECIMALS, max(1, 1 - math.floor(math.log10(half))))


def sentences(answer: Explanation) -> list[str]:
    """Return the answer in sentences, the conclusion first."""
    places = decimals(answer)
    facts = f"{answer.trained} runs, which take {answer.hours:.2g} hours one after the other."
    return [
        *(_conclusion(answer, places), *_others(answer, places), *_asked(answer)),
        *(difference(answer), _looked(answer), facts),
    ]


def _asked(answer: Explanation) -> list[str]:
    """Say which factors were named by the user, because others may explain the difference too."""
    names = ", ".join(one.name for one in answer.factors)
    return [f"Only these factors were tried, as asked: {names}."] if answer.are_factors_asked else []


def _looked(answer: Explanation) -> str:
    """Say which part of the data chose the factors."""
    if answer.part != "test":
        return (
            f"Looked at: the {answer.part} part, to choose. Screening and share are of it, but for a factor that "
            "changes it; effects on the printed number are of the part that the paper prints."
        )
    reason = "as asked" if answer.is_part_asked else "because no validation part has its metric"
    return f"Looked at: the printed number itself, also to choose, {reason}."


def _conclusion(answer: Explanation, places: int) -> str:
    if answer.outcome == Outcome.NOTHING:
        return "Nothing to explain: theirs may be one of our runs."
    if answer.outcome == Outcome.EXPLAINED:
        changes = "this change" if len(answer.sets[0].names) == 1 else "these changes together"
        return f"Theirs may be one of ours with {changes}: {_together(answer.sets[0], places)}."
    which = "factors that were asked for" if answer.are_factors_asked else "declared factors"
    texts = (_bound(answer, places), _far(answer), _once(answer, places))
    return f"None of the {which}" + "".join(texts)


def _bound(answer: Explanation, places: int) -> str:
    """Say how far one factor may move ours, and whether that rules the factors out."""
    if answer.at_most is None:
        return ": no effect of theirs could be estimated."
    needed, count = abs(answer.gap), sum(one.best is not None and not one.reason for one in answer.factors)
    which = f"each of the {count}" if count > 1 else "the only one"
    doubt = " So these runs don't rule them out." if answer.at_most >= needed else ""
    return (
        f": alone, {which} with several runs moves ours towards theirs by at most {answer.at_most:.{places}f}, of "
        f"{needed:.{places}f}.{doubt}"
    )


def _far(answer: Explanation) -> str:
    """Name the factors whose one run was so far away that no other followed."""
    names = [one.name for one in answer.factors if one.reason.startswith(FAR)]
    return f" Left out of this, because one run moved the number by far more: {', '.join(names)}." if names else ""


def _once(answer: Explanation, places: int) -> str:
    """Say what is known of factors that were changed in one run only."""
    few = [one for one in answer.factors if not one.reason and one.best is None]
    moved = [one.once for one in few if one.once is not None]  # older answers lack it
    if not few:
        return ""
    which = "One more was changed in one run" if len(few) == 1 else f"{len(few)} more were changed in one run each"
    if not moved:
        return f" {which}."
    far = f"{min(moved):+.{places}f}" + (f" to {max(moved):+.{places}f}" if len(moved) > 1 else "")
    return f" {which}, which moved it by {far}."


def _others(answer: Explanation, places: int) -> list[str]:
    """Say which other sets hold too, or came nearest."""
    holding = [one for one in answer.sets[1:] if one.holds]
    if answer.outcome == Outcome.EXPLAINED:
        return [f"As well: {'; '.join(_together(one, places) for one in holding)}."] if holding else []
    nearest = answer.sets[:1]
    return [f"The nearest that was tried: {_together(one, places)}." for one in nearest]


def _together(one: Together, places: int) -> str:
    return (
        f"{' and '.join(one.names)} (ours is then {one.mean:.{places}f}; {one.low:.{places}f} to "
        f"{one.high:.{places}f}, {one.runs} runs)"
    )


def difference(answer: Explanation) -> str:
    """Return theirs and ours in a sentence."""
    places = decimals(answer)
    return (
        f"Theirs {answer.theirs:g}, ours {answer.ours:.{places}f} ({answer.low:.{places}f} to "
        f"{answer.high:.{places}f} for a printed number of ours, {answer.runs} runs)."
    )


def ordered(answer: Explanation) -> list[FactorEffects]:
    """Return the factors, those of the answer first, then those shown to matter, then by size."""
    named = answer.named

    def place(one: FactorEffects) -> tuple[bool, ...] | tuple[Any, ...]:
        size = -abs(one.best.mean) if one.best else 0.0
        return bool(one.reason), one.name not in named, not one.is_shown, one.effect is None, size

    return sorted(answer.factors, key=place)


def rows(answer: Explanation) -> list[dict[str, str]]:
    """Return a row for each factor, as texts by heading."""
    places = decimals(answer)
    return [
        {
            "factor": one.name,
            "change": one.text,
            "from": one.origin,
            "once": "" if one.once is None else f"{one.once:+.{places}f}",
            "screening": _text(one.screened, places),
            "share": "" if one.share is None else f"{100 * one.share:.0f} %",
            f"alone, {answer.part}": _text(one.chosen, places) if answer.part != "test" else "",
            "alone, printed number": _text(one.effect, places),
            "p by Holm": "" if one.p_holm is None else f"{one.p_holm:.2g}",
            UNTESTED: one.reason,
        }
        for one in ordered(answer)
    ]


def _text(effect: Effect | None, places: int) -> str:
    if effect is None:
        return ""
    return f"{effect.mean:+.{places}f} ({effect.low:+.{places}f} to {effect.high:+.{places}f})"


def as_data(answer: Explanation) -> dict[str, Any]:
    """Return an answer as plain data: effects by the names of their numbers."""
    found = asdict(answer) | {"named": list(answer.named), "gap": answer.gap, "sentences": sentences(answer)}
    found["factors"] = [_factor(one) for one in ordered(answer)]
    return found


def _factor(one: FactorEffects) -> dict[str, Any]:
    effects: dict[str, Effect | None] = {name: getattr(one, name) for name in EFFECTS}
    return asdict(one) | {name: effect and effect._asdict() for name, effect in effects.items()}


def as_lines(answer: Explanation) -> list[dict[str, Any]]:
    """Return the factors as plain data in which each has all numbers, None where unknown, as a table needs."""
    unknown = dict.fromkeys(Effect._fields)
    return [one | {name: one[name] or unknown for name in EFFECTS} for one in as_data(answer)["factors"]]
