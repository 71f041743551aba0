"""Numbers outside of their range; means and deviations that no runs between a least and a most have.

Source: Bhatia & Davis (2000), A Better Bound on the Variance, for the largest deviation.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import sqrt

from results.audit.entries import Entry, Printed
from results.audit.findings import Finding, impossible


def out_of_bounds(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield what contradicts the range of a number, or its least and most run."""
    for entry in entries:
        yield from _range(entry)
        yield from _order(entry)
        if entry.deviation is not None and (entry.samples or 0) > 1:
            yield from _deviation(entry, entry.deviation, entry.samples or 0)


def _limits(entry: Entry) -> tuple[Fraction | None, Fraction | None]:
    low, high = (0, entry.whole) if entry.is_share else entry.metric.range
    return tuple(None if abs(limit) == float("inf") else Fraction(limit) for limit in (low, high))  # type: ignore[return-value]


def _range(entry: Entry) -> Iterator[Finding]:
    low, high = _limits(entry)
    low = None if entry.is_difference else low
    for number in filter(None, (entry.number, entry.least, entry.most)):
        if (low is not None and number.high < low) or (high is not None and number.low > high):
            limits = f"{'' if low is None else float(low):g} to {'' if high is None else f'{float(high):g}'}"
            yield impossible("range", [entry], f"{number.text} is not within {limits}")
    if entry.deviation is not None and entry.deviation.high < 0:
        yield impossible("range", [entry], f"the deviation {entry.deviation.text} is negative")


def _order(entry: Entry) -> Iterator[Finding]:
    """Compare a mean with its least and most run, and with how near n runs let it come to them."""
    least, mean, most, runs = entry.least, entry.number, entry.most, entry.runs
    if least and mean.high < least.low:
        yield impossible("least run", [entry], f"the mean {mean.text} is below the least run, {least.text}")
    elif most and mean.low > most.high:
        yield impossible("most run", [entry], f"the mean {mean.text} is above the most run, {most.text}")
    elif least and most and most.high < least.low:
        yield impossible("least run", [entry], f"the most run, {most.text}, is below the least, {least.text}")
    elif least and most and runs and runs > 1:
        lowest, highest = ((runs - 1) * least.low + most.low) / runs, (least.high + (runs - 1) * most.high) / runs
        if mean.high < lowest or mean.low > highest:
            text = f"{runs} runs from {least.text} to {most.text} have a mean of"
            yield impossible(
                "mean", [entry], f"{text} {float(lowest):.6g} to {float(highest):.6g}, not {mean.text}"
            )


def _deviation(entry: Entry, deviation: Printed, runs: int) -> Iterator[Finding]:
    low, high = _limits(entry)
    least = entry.least.low if entry.least else low
    most = entry.most.high if entry.most else high
    if least is not None and most is not None:
        middle = min(max((least + most) / 2, entry.number.low), entry.number.high)
        largest = (most - middle) * (middle - least) * Fraction(runs, runs - 1)
        if largest >= 0 and deviation.low > 0 and deviation.low**2 > largest:
            text = f"{runs} values from {float(least):.6g} to {float(most):.6g} with mean {entry.number.text}"
            yield impossible(
                "deviation", [entry], f"{text} deviate by at most {sqrt(largest):.4g}, not {deviation.text}"
            )
    if entry.least and entry.most and (smallest := _smallest(entry, runs)) > deviation.high**2:
        text = f"{runs} values of which one is {entry.least.text} and one {entry.most.text} deviate by at least"
        yield impossible("deviation", [entry], f"{text} {sqrt(smallest):.4g}, not {deviation.text}")


def _smallest(entry: Entry, runs: int) -> Fraction:
    """Return the least variance of runs: one is the least, one the most, the others as near as they can be."""
    assert entry.least and entry.most
    least, most = entry.least.high, entry.most.low
    if most <= least:
        return Fraction(0)
    mean = min(max((least + most) / 2, entry.number.low), entry.number.high)
    squares = (most - mean) ** 2 + (mean - least) ** 2
    if runs > 2:
        squares += (2 * mean - least - most) ** 2 / (runs - 2)
    return squares / (runs if not entry.is_plus_minus else runs * runs)
