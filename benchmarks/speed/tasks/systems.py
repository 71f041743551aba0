"""Training and testing the counting systems of Zhang et al. (2015).

Each run reads and counts the training texts, trains, and classifies 10,000 test reviews. The estimate is the
line through both sizes, at the 120,000 training rows of AG. Logistic regression runs until it converges, which
takes longer the less a text says about its class; here every tenth rank of words depends on the class.
"""

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.papers.zhang2015.counting import SYSTEMS, counting
from benchmarks.speed.processes import Case, WholeTask, extrapolated, file_size, on_rows
from benchmarks.speed.reviews import FORM, generate
from data_pipelines.datasets.topics import Topics

ROWS, TEST_ROWS, AG_ROWS = 100_000, 10_000, 120_000


def cases(folder: Path, *, rows: int = ROWS, test_rows: int = TEST_ROWS) -> list[Case]:
    """Generate training reviews of two sizes, and test reviews."""
    paths = {count: generate(folder / f"{count}.csv", count) for count in (rows, rows // 10)}
    test = generate(folder / "test.csv", test_rows, seed=1)
    return [
        Case(on_rows(row, count), partial(run_system, row, path, test), file_size(path))
        for row in SYSTEMS
        for count, path in paths.items()
    ]


def run_system(row: str, train: Path, test: Path) -> np.ndarray:
    """Train the system of a row, and return its predictions for the test part, (texts,)."""
    recipe = counting(row, Topics("reviews", train=0, test=0, files=(), **FORM))
    assert recipe.dataset is not None
    return recipe.measure(recipe.dataset.load([train, test], 0, 0), 0)


TASK = WholeTask(
    what="counting systems, trained and tested on generated reviews",
    cases=cases,
    extrapolate=partial(extrapolated, systems=SYSTEMS, rows=ROWS, target=AG_ROWS),
    fewest_repeats=1,  # a repeat takes a quarter of an hour
)
