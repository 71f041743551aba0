"""Generated tables, of which every number is computed from simulated right and wrong answers."""

from itertools import product
from typing import Any, NamedTuple

import numpy as np

Line = dict[str, str]
Rng = np.random.Generator


class Planted(NamedTuple):
    """The lines of a table, and of which the numbers are wrong; none in a true table."""

    lines: list[Line]
    kind: str = ""
    wrong: tuple[int, ...] = ()


def line(row: int | str, column: int | str, metric: str, value: str, **known: Any) -> Line:
    """Return a line of a CSV file as texts."""
    name = row if isinstance(row, str) else f"system {row}"
    where = {"table": "1", "row": name, "column": column if isinstance(column, str) else f"data {column}"}
    return {**where, "metric": metric, "value": value, **{key: str(text) for key, text in known.items()}}


def shape(rng: Rng) -> tuple[int, int, int]:
    """Return systems, data sets and digits."""
    return int(rng.integers(4, 9)), int(rng.integers(4, 8)), int(rng.integers(1, 3))


def rates(rng: Rng, systems: int, columns: int) -> np.ndarray:
    """Return the true accuracy of each system on each data set."""
    base, skill = rng.uniform(0.6, 0.9, columns), rng.normal(0, 0.03, (systems, 1))
    return np.clip(base + skill + rng.normal(0, 0.015, (systems, columns)), 0.3, 0.99)


def runs_table(rng: Rng, runs: int, sizes: tuple[int, int] = (80, 400)) -> tuple[list[Line], np.ndarray]:
    """Return means, deviations, least and most of runs, and the counts behind them: (lines, runs)."""
    systems, columns, _ = shape(rng)
    true, size = rates(rng, systems, columns), rng.integers(*sizes, columns)
    lines, counts = [], []
    for row, column in product(range(systems), range(columns)):
        found = rng.binomial(size[column], np.clip(rng.normal(true[row, column], 0.01, runs), 0, 1))
        shares = 100 * found / size[column]
        known = {"runs": runs, "test_examples": size[column]}
        if runs > 1:
            spread = {"min": f"{shares.min():.2f}", "max": f"{shares.max():.2f}"}
            known |= {"deviation": f"{shares.std(ddof=1):.2f}", **spread}
        lines.append(line(row, column, "test accuracy", f"{shares.mean():.2f}", **known))
        counts.append(found)
    return lines, np.array(counts)


def accuracies(rng: Rng, size: np.ndarray, digits: int) -> tuple[np.ndarray, list[Line]]:
    systems, columns = int(rng.integers(4, 9)), len(size)
    counts = rng.binomial(size, rates(rng, systems, columns))
    places = product(range(systems), range(columns))
    lines = [
        line(r, c, "test accuracy", f"{100 * counts[r, c] / size[c]:.{digits}f}", test_examples=size[c])
        for r, c in places
    ]
    return counts, lines
