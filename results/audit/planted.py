"""Generated tables, true or with one planted error, for measuring how well the checks find errors.

Nothing here comes from the checks: whether an error can be found is decided by listing what true tables could have
had in its place.
"""

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement, product
from math import sqrt

import numpy as np

from results.audit.generated import Planted, Rng, accuracies, line, rates, runs_table, shape


def count_error(rng: Rng, is_true: bool) -> Planted:
    """Plant an accuracy that no count has."""
    digits = int(rng.integers(1, 3))
    size = rng.integers(40, 700 if digits == 1 else 5000, int(rng.integers(4, 8)))
    _, lines = accuracies(rng, size, digits)
    if is_true:
        return Planted(lines)
    for place in rng.permutation(len(lines)):
        examples, value = int(lines[place]["test_examples"]), float(lines[place]["value"])
        fits = {f"{100 * count / examples:.{digits}f}" for count in range(examples + 1)}
        near = [f"{value + step / 10**digits:.{digits}f}" for step in range(-9, 10)]
        if bad := [text for text in near if text not in fits and 0 < float(text) < 100]:
            lines[place]["value"] = str(rng.choice(bad))
            return Planted(lines, "count", (int(place),))
    return Planted(lines)


def deviation_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a deviation that no runs have with their mean: those of two or three runs can be listed."""
    runs = int(rng.integers(2, 4))
    lines, counts = runs_table(rng, runs)
    for one in lines:
        del one["min"], one["max"]
    if is_true:
        return Planted(lines)
    place = int(rng.integers(len(lines)))
    size, middle = int(lines[place]["test_examples"]), int(counts[place].mean())
    steps = np.array(list(combinations_with_replacement(range(-25, 26), runs)))
    shares = 100 * (middle + steps) / size
    near = shares[abs(shares.mean(axis=1) - float(lines[place]["value"])) < 0.0051]
    fits = {f"{value:.2f}" for spread in (0, 1) for value in near.std(axis=1, ddof=spread)}
    largest = 100 * 15 / size
    bad = [text for step in range(1, 300) if (text := f"{step / 100:.2f}") not in fits and step / 100 < largest]
    if bad:
        lines[place]["deviation"] = str(rng.choice(bad))
    return Planted(lines, "deviation", (place,)) if bad else Planted(lines)


def run_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a mean outside of its runs, or a deviation that is too large for them."""
    runs = int(rng.integers(3, 11))
    lines, _ = runs_table(rng, runs, (300, 3000))
    if is_true:
        return Planted(lines)
    place = int(rng.integers(len(lines)))
    chosen = lines[place]
    least, most = float(chosen["min"]), float(chosen["max"])
    if rng.random() < 0.5:
        chosen["value"] = (
            f"{most + rng.uniform(0.1, 2) if rng.random() < 0.5 else least - rng.uniform(0.1, 2):.2f}"
        )
        return Planted(lines, "mean outside of its runs", (place,))
    chosen["deviation"] = f"{(most - least) * rng.uniform(0.75, 2) + 0.1:.2f}"
    return Planted(lines, "deviation above its range", (place,))


def average_error(rng: Rng, is_true: bool) -> Planted:
    """Plant an average of the columns that is none."""
    size, digits = rng.integers(300, 20000, int(rng.integers(4, 8))), int(rng.integers(1, 3))
    counts, lines = accuracies(rng, size, digits)
    means = (100 * counts / size).mean(axis=1)
    first = len(lines)
    lines += [line(row, "average", "test accuracy", f"{mean:.{digits}f}") for row, mean in enumerate(means)]
    if is_true:
        return Planted(lines)
    row = int(rng.integers(len(means)))
    weighted = 100 * counts[row].sum() / size.sum()
    wrong = means[row] + rng.choice([-1, 1]) * rng.uniform(3, 20) / 10**digits
    while abs(wrong - weighted) < 2 / 10**digits:
        wrong += 0.7 / 10**digits
    lines[first + row]["value"] = f"{wrong:.{digits}f}"
    return Planted(lines, "average", (first + row,))


def share_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a share in one of several columns that add up to 100."""
    rows, columns = int(rng.integers(3, 8)), int(rng.integers(3, 7))
    shares = 100 * rng.dirichlet(np.full(rows, 3.0), columns)
    lines = [line(r, c, "share of answers", f"{shares[c, r]:.1f}") for c in range(columns) for r in range(rows)]
    if is_true:
        return Planted(lines)
    place = int(rng.integers(len(lines)))
    lines[place]["value"] = f"{float(lines[place]['value']) + rng.uniform(1, 9):.1f}"
    same = [number for number, one in enumerate(lines) if one["column"] == lines[place]["column"]]
    return Planted(lines, "shares", tuple(same))


def total_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a total of counts."""
    rows, columns = int(rng.integers(3, 8)), int(rng.integers(2, 6))
    counts = rng.integers(10, 5000, (rows, columns))
    lines = [line(r, c, "sentences", f"{counts[r, c]}") for r in range(rows) for c in range(columns)]
    first = len(lines)
    lines += [line("Total", c, "sentences", f"{total}") for c, total in enumerate(counts.sum(axis=0))]
    if is_true:
        return Planted(lines)
    place = first + int(rng.integers(columns))
    lines[place]["value"] = str(int(lines[place]["value"]) + int(rng.choice([-9, -1, 1, 10, 90, 900])))
    return Planted(lines, "total", (place,))


def pair_error(rng: Rng, is_true: bool) -> Planted:
    """Plant an accuracy that does not go with the error, the mistakes or the gain printed beside it."""
    systems, size = int(rng.integers(4, 12)), int(rng.integers(300, 3000))
    wrong = rng.binomial(size, rng.uniform(0.05, 0.4, systems))
    error, lines = 100 * wrong / size, []
    known = {"test_examples": size}
    for row in range(systems):
        lines.append(line(row, "test", "test accuracy", f"{100 - error[row]:.2f}", **known))
        lines.append(line(row, "test", "test error", f"{error[row]:.2f}", **known))
        lines.append(line(row, "test", "test mistakes", f"{wrong[row]}", **known))
    if is_true:
        return Planted(lines)
    place = int(rng.integers(len(lines)))
    if place % 3 == 2:
        lines[place]["value"] = str(int(lines[place]["value"]) + int(rng.integers(1, 30)))
    else:
        lines[place]["value"] = f"{float(lines[place]['value']) + rng.uniform(0.03, 3):.2f}"
    row = place // 3
    return Planted(lines, "accuracy, error and mistakes", (3 * row, 3 * row + 1, 3 * row + 2))


def gain_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a difference of two columns that is none."""
    systems = int(rng.integers(4, 12))
    values = rng.uniform(60, 90, (systems, 2)).round(1)
    lines = []
    for row, (one, two) in enumerate(values):
        lines += [line(row, "without", "score", f"{one:.1f}"), line(row, "with", "score", f"{two:.1f}")]
        lines.append(line(row, "gain", "score", f"{two - one:.1f}"))
    if is_true:
        return Planted(lines)
    place = 3 * int(rng.integers(systems)) + 2
    lines[place]["value"] = f"{abs(float(lines[place]['value'])) + rng.uniform(0.3, 5):.1f}"
    return Planted(lines, "difference", (place,))


def part_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a score on the whole test set that does not go with those on its parts."""
    size, systems = rng.integers(200, 2000, int(rng.integers(2, 5))), int(rng.integers(4, 10))
    counts = rng.binomial(size, rates(rng, systems, len(size)))
    lines = []
    for row in range(systems):
        shares = 100 * counts[row] / size
        known = [{"test_examples": number} for number in size]
        lines += [line(row, c, "test accuracy", f"{s:.2f}", **known[c]) for c, s in enumerate(shares)]
        whole = 100 * counts[row].sum() / size.sum()
        lines.append(line(row, "all", "test accuracy", f"{whole:.2f}", test_examples=size.sum()))
    if is_true:
        return Planted(lines)
    place = (len(size) + 1) * int(rng.integers(systems)) + len(size)
    total = int(size.sum())
    count = round(float(lines[place]["value"]) * total / 100) + int(
        rng.integers(max(2, total // 100), total // 20)
    )
    lines[place]["value"] = f"{100 * min(count, total) / total:.2f}"
    return Planted(lines, "whole and parts", (place,))


def best_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a mark on a number that is not the best of its column."""
    size = rng.integers(1000, 9000, int(rng.integers(4, 8)))
    counts, lines = accuracies(rng, size, 1)
    columns = len(size)
    for column in range(columns):
        order = sorted(range(len(counts)), key=lambda row: float(lines[row * columns + column]["value"]))
        best = order[-1] * columns + column
        lines[best]["value"] = f"**{lines[best]['value']}**"
    if is_true:
        return Planted(lines)
    column = int(rng.integers(columns))
    marked = next(n for n, one in enumerate(lines) if one["column"] == f"data {column}" and "**" in one["value"])
    best_text = lines[marked]["value"].strip("*")
    worse = [
        n for n in range(column, len(lines), columns) if lines[n]["value"] not in (best_text, f"**{best_text}**")
    ]
    lines[marked]["value"] = best_text
    place = int(rng.choice(worse)) if worse else marked
    lines[place]["value"] = f"**{lines[place]['value']}**"
    return Planted(lines, "best", (place, marked)) if worse else Planted(lines)


def copy_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a row that is the copy of another."""
    size, digits = rng.integers(2000, 20000, int(rng.integers(4, 8))), int(rng.integers(1, 3))
    counts, lines = accuracies(rng, size, digits)
    if is_true:
        return Planted(lines)
    columns = len(size)
    one, other = rng.choice(len(counts), 2, replace=False)
    for column in range(columns):
        lines[other * columns + column]["value"] = lines[one * columns + column]["value"]
    rows = [range(row * columns, (row + 1) * columns) for row in (one, other)]
    return Planted(lines, "copied row", tuple(int(n) for row in rows for n in row))


def fold_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a deviation of folds far below what samples of their size have."""
    systems, columns, _ = shape(rng)
    folds, true, lines = 10, rates(rng, systems, columns), []
    size = rng.integers(30, 400, columns)
    for row, column in product(range(systems), range(columns)):
        shares = 100 * rng.binomial(size[column], true[row, column], folds) / size[column]
        known = {"folds": folds, "test_examples": folds * size[column], "deviation": f"{shares.std(ddof=1):.3f}"}
        lines.append(line(row, column, "test accuracy", f"{shares.mean():.2f}", **known))
    if is_true:
        return Planted(lines)
    place = int(rng.integers(len(lines)))
    lines[place]["deviation"] = f"{float(lines[place]['deviation']) / rng.uniform(8, 30):.3f}"
    return Planted(lines, "deviation of folds", (place,))


def split_error(rng: Rng, is_true: bool) -> Planted:
    """Plant a test accuracy far from that on the validation part."""
    systems, size = int(rng.integers(4, 12)), int(rng.integers(500, 3000))
    true, lines = rng.uniform(0.6, 0.95, systems), []
    for row, metric in product(range(systems), ("validation accuracy", "test accuracy")):
        count = rng.binomial(size, true[row])
        lines.append(line(row, "data", metric, f"{100 * count / size:.2f}", test_examples=size))
    if is_true:
        return Planted(lines)
    place = 2 * int(rng.integers(systems)) + 1
    share = float(lines[place]["value"]) / 100
    far = share - rng.uniform(7, 12) * sqrt(2 * 0.25 / size)
    lines[place]["value"] = f"{100 * round(size * far) / size:.2f}"
    return Planted(lines, "splits", (place - 1, place))


KINDS: tuple[Callable[[Rng, bool], Planted], ...] = (
    *(count_error, deviation_error, run_error, average_error, share_error, total_error, pair_error),
    *(gain_error, part_error, best_error, copy_error, fold_error, split_error),
)


def tables(number: int, seed: int = 0) -> Iterator[Planted]:
    """Yield tables of all kinds in turn: one true table, then one with an error."""
    rng = np.random.default_rng(seed)
    for place in range(number):
        yield KINDS[place // 2 % len(KINDS)](rng, place % 2 == 0)
