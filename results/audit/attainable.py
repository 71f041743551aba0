"""Numbers that no count of test examples gives.

Sources: Brown & Heathers (2017), The GRIM Test; Anaya (2016), The GRIMMER Test. Here a share of right answers
takes the place of a mean of whole numbers.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, isqrt

from results.audit.entries import Entry, Printed, grouped
from results.audit.findings import Finding, impossible, note

COUNTED = ("accuracy", "error")  # words of metrics that are a share of the test examples
NOT_COUNTED = ("unweighted", "balanced", "lowest", "highest", "macro")
MOST_SUMS = 2000  # of the counts of all runs that a mean may stand for
SHARES = "number of test examples"
RULES = {  # where a share lies that is printed as 0, in units of the last digit
    "rounded": (Fraction(-1, 2), Fraction(1, 2)),
    "cut off": (Fraction(0), Fraction(1)),
    "rounded up": (Fraction(-1), Fraction(0)),
}


def granularity(entry: Entry) -> int | None:
    """Return of how many examples the number is a share, over all runs; None where it is not known to be one.

    A mean over folds is such a share if the folds have equal sizes.
    """
    name = entry.metric.name
    is_counted = entry.is_share and any(word in name for word in COUNTED)
    if not is_counted or entry.test_examples is None or entry.runs is None or entry.metric.part == "training":
        return None
    if any(word in name for word in NOT_COUNTED) or entry.test_examples % entry.folds or entry.is_computed:
        return None
    return entry.test_examples * entry.runs


def counts(number: Printed, whole: int, total: int) -> range:
    """Return the counts out of a total that may be printed as a number."""
    return range(max(0, ceil(number.low * total / whole)), min(total, floor(number.high * total / whole)) + 1)


def is_tested(entry: Entry) -> bool:
    """Return whether some number with these digits would be found impossible."""
    total = granularity(entry)
    return total is not None and Fraction(entry.whole, total) > 2 * entry.number.half


def unattainable(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield the numbers of one table that can't be a share of their test examples.

    Where several of a column are not, a note says how many would be by other rules of rounding; if one of these
    fits all of the column, the note is all.
    """
    for column in grouped(entries, lambda entry: (entry.column, entry.metric.name)).values():
        tested = [(entry, total) for entry in column if is_tested(entry) and (total := granularity(entry))]
        bad = [(entry, total) for entry, total in tested if _is_unattainable(entry, total)]
        fits = {rule: sum(_fits(*pair, rule) for pair in tested) for rule in RULES} if len(bad) > 1 else {}
        if len(tested) not in fits.values():
            yield from (impossible(SHARES, [entry], _neighbours(entry, total)) for entry, total in bad)
        if fits:
            counts_by_rule = ", ".join(f"{count} if {rule}" for rule, count in fits.items())
            text = f"of {len(tested)} numbers of the column so many are shares of their examples: {counts_by_rule}"
            yield note("rounding", [bad[0][0]], text)


def _is_unattainable(entry: Entry, total: int) -> bool:
    is_in_range = entry.number.high >= 0 and entry.number.low <= entry.whole
    return is_in_range and not counts(entry.number, entry.whole, total)


def _fits(entry: Entry, total: int, rule: str) -> bool:
    """Return whether some share would be printed so by a rule."""
    low, high = (entry.number.value + 2 * entry.number.half * part for part in RULES[rule])
    least, most = ceil(low * total / entry.whole), floor(high * total / entry.whole)
    if rule != "rounded":  # a share that is one unit away is printed as the next number
        least += Fraction(least * entry.whole, total) == low and low != entry.number.value
        most -= Fraction(most * entry.whole, total) == high and high != entry.number.value
    return least <= most


def _neighbours(entry: Entry, total: int) -> str:
    below = floor(entry.number.value * total / entry.whole)
    shares = [
        f"{count}/{total} = {float(Fraction(count * entry.whole, total)):.6g}" for count in (below, below + 1)
    ]
    of_runs = f" ({entry.runs} runs on {entry.test_examples})" if (entry.runs or 1) > 1 else ""
    return f"{entry.number.text} can't be a share of {total} examples{of_runs}: {' and '.join(shares)}"


def unattainable_deviations(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield the deviations that no runs on so many test examples have together with their mean."""
    for entry in entries:
        size, runs = entry.test_examples, entry.runs
        if entry.deviation is None or size is None or runs is None or runs < 2 or granularity(entry) is None:
            continue
        sums = counts(entry.number, entry.whole, size * runs)
        if entry.folds > 1 or not 0 < len(sums) <= MOST_SUMS:
            continue
        scales = (
            (1, runs) if entry.is_plus_minus else (1,)
        )  # a standard error has the variance divided by the runs
        divisors = [scale * part for scale in scales for part in (runs - 1, runs)]
        if not any(_exists(entry, total, divisor) for total in sums for divisor in divisors):
            text = f"no {runs} counts of {size} have the mean {entry.number.text} and the deviation"
            yield impossible("deviation of counts", [entry], f"{text} {entry.deviation.text}")


def _exists(entry: Entry, total: int, divisor: int) -> bool:
    """Return whether counts with a sum may have the deviation; their squares add up to as even a number."""
    assert entry.deviation is not None and entry.runs and entry.test_examples
    scale = Fraction(entry.test_examples, entry.whole)
    low, high = (max(bound, Fraction(0)) * scale for bound in (entry.deviation.low, entry.deviation.high))
    base = Fraction(total**2, entry.runs)
    first, last = ceil(base + divisor * low**2), floor(base + divisor * high**2)
    first = max(first, _most_even(total, entry.runs))
    tried = range(first + (first - total) % 2, last + 1, 2)
    if entry.runs > 3 or len(tried) > MOST_SUMS:
        return bool(tried)
    return any(_are_squares(total, squares, entry.runs) for squares in tried)


def _most_even(total: int, runs: int) -> int:
    """Return the least sum of squares of whole numbers with a sum."""
    each, rest = divmod(total, runs)
    return each**2 * (runs - rest) + (each + 1) ** 2 * rest


def _are_squares(total: int, squares: int, runs: int) -> bool:
    """Return whether two or three whole numbers have this sum and this sum of squares."""
    if runs == 2:
        root = 2 * squares - total**2  # the square of their difference
        return root >= 0 and isqrt(root) ** 2 == root
    reach = isqrt(max(squares - total**2 // 3, 0)) + 1
    middle = total // 3
    numbers = range(middle - reach, middle + reach + 1)
    return any(_are_squares(total - number, squares - number**2, 2) for number in numbers)
