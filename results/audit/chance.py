"""Numbers that chance hardly gives: copied rows, deviations below what sampling gives, splits too far apart."""

from collections.abc import Iterator, Sequence
from math import comb, sqrt
from statistics import fmean

from results.audit.entries import Entry, grouped
from results.audit.findings import Chance, Finding, Grade
from results.audit.relations import pairs_of_rows
from results.comparison import holm

LEVEL = 0.01  # of one false finding in a table
FEWEST_EQUAL = 3  # numbers that two rows share before they may be a copy


def improbable(tests: Sequence[Chance]) -> list[Finding]:
    """Return the tests of one table that stay below the level after Holm's correction."""
    ordered = sorted(tests, key=lambda test: test.p_value)
    corrected = holm([test.p_value for test in ordered])
    return [
        Finding(Grade.IMPROBABLE, test.check, test.entries, test.arithmetic, p_value)
        for test, p_value in zip(ordered, corrected, strict=True)
        if p_value < LEVEL
    ]


def chances(entries: Sequence[Entry]) -> Iterator[Chance]:
    """Yield every test of one table."""
    yield from _copies(entries)
    for entry in entries:
        yield from _folds(entry)
    for group in grouped(entries, lambda entry: (entry.row, entry.column)).values():
        yield from _splits({entry.metric.name: entry for entry in group})


def _copies(entries: Sequence[Entry]) -> Iterator[Chance]:
    """Test whether two rows share more numbers than systems as near as the nearest ones of the table would."""
    pairs = [(one, other) for one, other in pairs_of_rows(entries) if len(one) >= FEWEST_EQUAL]
    gaps = [
        [abs(float(a.number.value) - float(b.number.value)) for a, b in zip(*pair, strict=True)] for pair in pairs
    ]
    nearest = sorted(float(fmean(different)) for gap in gaps if (different := [step for step in gap if step]))
    for (one, other), gap in zip(pairs, gaps, strict=True):
        equal = [place for place, step in enumerate(gap) if not step]
        own = [float(step) for step in gap if step]
        scale = min([*nearest[:1], *([fmean(own)] if own else [])], default=0.0)
        if scale and len(equal) >= FEWEST_EQUAL and len({one[place].number.value for place in equal}) > 1:
            chance = [
                min(1.0, float(one[place].number.half + other[place].number.half) / (2 * scale)) for place in equal
            ]
            p_value = min(1.0, comb(len(gap), len(equal)) * max(chance) ** len(equal))
            text = f"{one[0].row} and {other[0].row} have {len(equal)} of {len(gap)} numbers in common"
            places = [entry for place in equal for entry in (one[place], other[place])]
            yield Chance(p_value, "copied", tuple(places), text)


def _folds(entry: Entry) -> Iterator[Chance]:
    """Test whether folds deviate less than samples of their size, by the chi-square law of a variance."""
    from scipy.special import gammainc

    folds, examples, share = entry.folds, entry.test_examples, float(entry.number.value) / entry.whole
    if entry.deviation is None or folds < 3 or entry.runs != 1 or not (examples and 0 < share < 1):
        return
    if not entry.is_share:
        return
    expected = share * (1 - share) * folds / examples * entry.whole**2
    largest = float(entry.deviation.high) ** 2 * (folds if entry.is_plus_minus else 1)
    # of a deviation that was divided by all folds, as numpy does; of any other the p-value is smaller
    p_value = float(gammainc((folds - 1) / 2, folds * largest / expected / 2))
    text = f"{folds} folds of {examples // folds} examples deviate by about {sqrt(expected):.3g}"
    yield Chance(p_value, "deviation of folds", (entry,), f"{text}, not {entry.deviation.text}")


def _splits(by_metric: dict[str, Entry]) -> Iterator[Chance]:
    """Test whether the scores on the validation and the test part could be of one system."""
    from scipy.special import erfc

    for name, test in by_metric.items():
        valid = by_metric.get(name.replace("test", "validation")) if "test" in name else None
        if valid is None or not (test.test_examples and valid.test_examples and test.is_share):
            continue
        sizes = test.test_examples, valid.test_examples
        one, two = float(test.number.value) / test.whole, float(valid.number.value) / valid.whole
        both = (one * sizes[0] + two * sizes[1]) / sum(sizes)
        error = sqrt(both * (1 - both) * (1 / sizes[0] + 1 / sizes[1]))
        if error:
            steps = abs(one - two) / error
            text = (
                f"{valid.number.text} on {sizes[1]} and {test.number.text} on {sizes[0]} examples are {steps:.1f}"
            )
            yield Chance(float(erfc(steps / sqrt(2))), "splits", (test, valid), f"{text} errors apart")
