"""Numbers of one row or column that contradict each other: averages, sums, parts, orders, differences."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations
from math import ceil

from results.audit.entries import AVERAGE, DIFFERENCE, LEAST, MOST, SPECIAL, TOTAL, WHOLE, Entry, grouped
from results.audit.findings import Finding, impossible, note

MANY_RUNS = 7  # which few papers have
SHARES = ("share", "proportion")  # words of metrics that are shares of one whole
WITHIN = Fraction(1, 2)  # of the sums of shares that must be 100 before the others are wrong


def relations(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield the numbers of one table that contradict others of it."""
    for name, along, across in (("column", _row, _column), ("row", _column, _row)):
        for group in grouped(entries, partial(_measured, across)).values():
            by_name = grouped(group, partial(_folded, along))
            yield from _averages(by_name, name)
            yield from _extremes(*(_one(by_name, names) for names in (LEAST, AVERAGE, MOST)))
            yield from _wholes(by_name)
            if name == "row":
                yield from _differences(by_name)
    yield from _totals(entries)
    yield from _shares(entries)
    for group in grouped(entries, lambda entry: (entry.row, entry.column)).values():
        yield from _same_place({entry.metric.name: entry for entry in group})
    for group in grouped(entries, lambda entry: (entry.column, entry.metric.name)).values():
        yield from _marks(group)


def _folded(name: Callable[[Entry], str], entry: Entry) -> str:
    return name(entry).casefold().strip()


def _measured(name: Callable[[Entry], str], entry: Entry) -> tuple[str, str]:
    return name(entry), entry.metric.name


def _row(entry: Entry) -> str:
    return entry.row


def _column(entry: Entry) -> str:
    return entry.column


Named = dict[str, list[Entry]]


def _one(by_name: Named, names: set[str]) -> Entry | None:
    """Return the only entry with one of the names; None where there are several."""
    found = [entry for name in names & by_name.keys() for entry in by_name[name]]
    return found[0] if len(found) == 1 else None


def _others(by_name: Named, named: set[str]) -> list[Entry]:
    return [entry for name, group in by_name.items() if name not in named for entry in group]


def _averages(by_name: Named, along: str) -> Iterator[Finding]:
    """Compare an average with the plain and the weighted average of the others."""
    average, parts = _one(by_name, AVERAGE), _others(by_name, SPECIAL)
    if average is None or len(parts) < 2:
        return
    low, high = (sum(getattr(part, end) for part in parts) / len(parts) for end in ("low", "high"))
    if low <= average.high and average.low <= high:
        return
    text = (
        f"the average of the {len(parts)} others of the {along} is {_span(low, high)}, not {average.number.text}"
    )
    outside = average.high < min(part.low for part in parts) or average.low > max(part.high for part in parts)
    weighted = _weighted(parts)
    if outside or (weighted and not _overlap(weighted, average)):
        yield impossible("average", [average], f"{text}{f', weighted {_span(*weighted)}' if weighted else ''}")
    else:
        yield note("average", [average], f"{text}; {'it is weighted' if weighted else 'weighted?'}")


def _weighted(parts: Sequence[Entry]) -> tuple[Fraction, Fraction] | None:
    """Return the bounds of the average weighted by test examples; None where some are not known."""
    sizes = [part.test_examples for part in parts if part.test_examples]
    if len(sizes) < len(parts):
        return None
    pairs = list(zip(sizes, parts, strict=True))
    return tuple(sum(size * getattr(part, end) for size, part in pairs) / sum(sizes) for end in ("low", "high"))


def _overlap(bounds: tuple[Fraction, Fraction], entry: Entry) -> bool:
    return bounds[0] <= entry.high and entry.low <= bounds[1]


def _span(low: Fraction, high: Fraction) -> str:
    return f"{float(low):.6g} to {float(high):.6g}"


def _extremes(least: Entry | None, mean: Entry | None, most: Entry | None) -> Iterator[Finding]:
    """Compare the least, the average and the most of some runs."""
    for below, above in ((least, mean), (mean, most), (least, most)):
        if below and above and below.low > above.high:
            text = f"{_name(below)} {below.number.text} is above {_name(above)} {above.number.text}"
            yield impossible("least, average, most", [below, above], text)
    if least and mean and most and (runs := _fewest_runs(least, mean, most)) > MANY_RUNS:
        text = f"an average of {mean.number.text} between {least.number.text} and {most.number.text}"
        yield note(
            "least, average, most", [mean, least, most], f"{text} needs {runs} runs, all but one at one end"
        )


def _fewest_runs(least: Entry, mean: Entry, most: Entry) -> int:
    """Return how many runs an average so near to one end needs; 0 where the order of the three is wrong."""
    near = min(mean.high - least.low, most.high - mean.low)
    return ceil((most.low - least.high) / near) if near > 0 else 0


def _name(entry: Entry) -> str:
    names = [name for name in (entry.column, entry.row) if name.casefold().strip() in SPECIAL]
    return (names or [entry.metric.name])[0]


def _totals(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Compare totals of numbers that are counted with the sums of the others of their column, or of their row.

    A total above its sum may have parts that are not printed, unless most other totals are the sums of theirs.
    """
    for line, along in ((_row, _column), (_column, _row)):
        groups = grouped(entries, partial(_measured, along)).values()
        sums = [found for group in groups if (found := _sum(grouped(group, partial(_folded, line))))]
        wrong = [(total, low, high) for total, low, high in sums if not low <= total.high or not total.low <= high]
        are_whole = len(wrong) <= WITHIN * len(sums) and len(sums) > 1
        for total, low, high in wrong:
            text = f"the others add up to {_span(low, high)}, not {total.number.text}"
            if are_whole or total.high < low:
                yield impossible("total", [total], text)
            else:
                yield note("total", [total], f"{text}; a part may not be printed")


def _sum(by_name: Named) -> tuple[Entry, Fraction, Fraction] | None:
    """Return a total with the bounds of the sum of its parts; None where there is none of them."""
    total, parts = _one(by_name, TOTAL), _others(by_name, SPECIAL)
    if total is None or len(parts) < 2 or (total.is_share and not _is_part_of_whole(total)):
        return None
    low, high = (sum((getattr(part, end) for part in parts), Fraction(0)) for end in ("low", "high"))
    return total, low, high


def _wholes(by_name: Named) -> Iterator[Finding]:
    """Compare the score on a whole with those on its parts, where the parts have all of its examples."""
    whole = _one(by_name, WHOLE)
    parts = _others(by_name, WHOLE | SPECIAL)
    if whole is None or not whole.is_share or len(parts) < 2 or not whole.test_examples:
        return
    if sum(part.test_examples or 0 for part in parts) != whole.test_examples or _is_part_of_whole(whole):
        return
    bounds = _weighted(parts)
    if bounds and not _overlap(bounds, whole):
        text = f"the {len(parts)} parts have all {whole.test_examples} examples and give {_span(*bounds)}"
        yield impossible("whole and parts", [whole], f"{text}, not {whole.number.text}")


def _differences(by_name: Named) -> Iterator[Finding]:
    """Compare a printed difference with the only two other numbers of its row, in either order."""
    difference, others = _one(by_name, DIFFERENCE), _others(by_name, SPECIAL)
    if difference is None or len(others) != 2:
        return
    one, two = (other.number for other in others)
    bounds = [(two.low - one.high, two.high - one.low), (one.low - two.high, one.high - two.low)]
    if not any(_overlap(span, difference) for span in bounds):
        text = f"{two.text} - {one.text} is {_span(*bounds[0])}, not {difference.number.text}"
        yield impossible("difference", [difference], text)


def _is_part_of_whole(entry: Entry) -> bool:
    return any(word in entry.metric.name.casefold() for word in SHARES)


def _shares(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find the columns, or the rows, of shares that do not add up to the whole as the others do."""
    shares = [entry for entry in entries if _is_part_of_whole(entry)]
    keys: tuple[Callable[[Entry], str], ...] = (_column, _row)
    best: tuple[Fraction, list[list[Entry]]] = Fraction(0), []
    for key, other in (keys, keys[::-1]):
        parts = [entry for entry in shares if other(entry).casefold().strip() not in SPECIAL]
        groups = [group for group in grouped(parts, key).values() if len(group) > 1]
        wrong = [group for group in groups if not _is_whole(group)]
        if groups and (good := 1 - Fraction(len(wrong), len(groups))) >= WITHIN and good > best[0]:
            best = good, wrong
    for group in best[1]:
        text = f"{len(group)} shares add up to {float(sum(entry.number.value for entry in group)):.6g}"
        yield impossible("shares", group, f"{text}, not {group[0].whole}")


def _is_whole(group: Sequence[Entry]) -> bool:
    low, high = (sum(getattr(entry, end) for entry in group) for end in ("low", "high"))
    return bool(low <= group[0].whole <= high)


def _same_place(by_metric: dict[str, Entry]) -> Iterator[Finding]:
    """Compare several metrics of one system on one test part."""
    for name, entry in by_metric.items():
        if other := by_metric.get(name.replace("accuracy", "error")) if "accuracy" in name else None:
            span = entry.low + other.low, entry.high + other.high
            if not span[0] <= entry.whole <= span[1]:
                text = f"accuracy {entry.number.text} and error {other.number.text} add up to {_span(*span)}"
                yield impossible("accuracy and error", [entry, other], f"{text}, not {entry.whole}")
        if other := by_metric.get(f"top-5 {name}"):
            sign = 1 if entry.metric.better == "lower" else -1
            if sign * (other.number.value - entry.number.value) > other.number.half + entry.number.half:
                text = f"top-5 is {other.number.text}, which top-1, {entry.number.text}, does not allow"
                yield impossible("top-1 and top-5", [entry, other], text)
        yield from _mistakes(entry, by_metric.get(name.replace("error", "mistakes")) if "error" in name else None)
        yield from _extremes(by_metric.get(f"lowest {name}"), entry, by_metric.get(f"highest {name}"))


def _mistakes(error: Entry, mistakes: Entry | None) -> Iterator[Finding]:
    """Compare a number of mistakes with the error, where the number of examples is known."""
    if mistakes is None or not error.test_examples:
        return
    share = error.whole / Fraction(error.test_examples)
    low, high = mistakes.low * share, mistakes.high * share
    if not _overlap((low, high), error):
        text = f"{mistakes.number.text} of {error.test_examples} are {float(mistakes.number.value * share):.4g}"
        yield impossible("mistakes and error", [error, mistakes], f"{text} %, not {error.number.text}")


def _marks(group: Sequence[Entry]) -> Iterator[Finding]:
    """Find a number that is marked as the best of its column and is not."""
    rows = [entry for entry in group if entry.row.casefold().strip() not in SPECIAL]
    sign = {"higher": 1, "lower": -1}.get(group[0].metric.better, 0)
    for marked in [entry for entry in rows if entry.is_best] if sign else []:
        best = max(rows, key=lambda entry: sign * entry.number.value)
        if sign * best.number.value > sign * marked.number.value:
            text = f"{marked.number.text} is marked as the best, and {best.row} has {best.number.text}"
            yield impossible("best", [marked, best], text)


def pairs_of_rows(entries: Sequence[Entry]) -> Iterator[tuple[list[Entry], list[Entry]]]:
    """Yield the rows of a table by pairs, as the entries of the columns that both have, in one order."""
    rows = {
        row: {entry.place[2:]: entry for entry in group}
        for row, group in grouped(entries, _row).items()
        if row.casefold().strip() not in SPECIAL
    }
    for one, other in combinations(rows.values(), 2):
        if shared := [place for place in one if place in other]:
            yield [one[place] for place in shared], [other[place] for place in shared]
