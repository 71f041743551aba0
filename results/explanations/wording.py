"""An answer in words: a table of its factors, sentences, and plain data."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from results.explanations.effects import Effect
from results.explanations.explanation import FAR, Explanation, FactorEffects, Outcome, Together

MOST_DECIMALS = 6
UNTESTED = "not tested"  # the heading of reasons


def decimals(answer: Explanation) -> int:
    """Return how many decimals the numbers of an answer need: two digits of our interval's half width."""
    half = (answer.high - answer.low) / 2 or abs(answer.gap) or 1.0
    return min(MOST_DECIMALS, max(1, 1 - math.floor(math.log10(half))))


def sentences(answer: Explanation) -> list[str]:
    """Return the answer in sentences, the conclusion first."""
    places = decimals(answer)
    looked = (
        f"Looked at: the {answer.part} part, to choose. Effects on the printed number are of the part that the "
        f"paper prints."
        if answer.part != "test"
        else "Looked at: the test part, also to choose, because no validation part has the printed metric."
    )
    facts = f"{answer.trained} runs in {answer.hours:.2g} hours, one at a time."
    return [_conclusion(answer, places), *_others(answer, places), difference(answer), looked, facts]


def _conclusion(answer: Explanation, places: int) -> str:
    if answer.outcome == Outcome.NOTHING:
        return "Nothing to explain: theirs may be one of our runs."
    if answer.outcome == Outcome.EXPLAINED:
        return f"Theirs may be one of ours with this change: {_together(answer.sets[0], places)}."
    moved = "" if answer.at_most is None else f": they move it by at most {answer.at_most:.{places}f} points"
    far = [one.name for one in answer.factors if one.reason.startswith(FAR)]
    more = f"; {' and '.join(far)} moves it by far more" if far else ""
    open_still = answer.at_most is not None and answer.at_most >= abs(answer.gap)
    doubt = " So these runs don't rule them out." if open_still else ""
    answered = f"None of the declared factors{moved}, of {abs(answer.gap):.{places}f}{more}.{doubt}"
    return answered + _once(answer, places)


def _once(answer: Explanation, places: int) -> str:
    """Say what is known of factors that were changed in one run only."""
    moved = [one.once for one in answer.factors if one.once is not None and one.best is None]
    if not moved:
        return ""
    return (
        f" Changed once only, {len(moved)} more moved it by {min(moved):+.{places}f} to {max(moved):+.{places}f}."
    )


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
    effects: Sequence[str] = ("screened", "chosen", "effect")
    numbers = {name: effect and effect._asdict() for name in effects if (effect := getattr(one, name)) or True}
    return asdict(one) | numbers
