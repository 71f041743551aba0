"""What it costs to count the most frequent n-grams of labelled texts, and to run the systems that count."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.papers.zhang2015.counting import COUNTED, SYSTEMS, counting
from benchmarks.speed import processes
from benchmarks.speed.processes import Amount, Cost, nothing_kept
from benchmarks.speed.tasks.rows import CLASSES, FIELDS, generate
from data_pipelines.dataset import Fold
from data_pipelines.datasets.topics import Topics
from data_pipelines.text.counted_texts import load_counts
from data_pipelines.text.csv_rows import first_last, stream

FORM: dict[str, Any] = {"classes": CLASSES, "fields": FIELDS}
LARGEST = 3_600_000  # rows of a training part, of Amazon's polarity
AG, TEST = 120_000, 10_000


def compare(folder: Path, *, rows: int, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Generate reviews in `folder`, then count their n-grams, each time in a fresh process, nothing kept.

    Also scikit-learn's counting, of fewer rows, and what a line through two sizes tells of the largest set.
    """
    sizes = (rows, rows // 10, rows // 100)
    paths = {count: generate(folder / f"{count}.csv", count) for count in sizes}
    test = paths[sizes[-1]]
    tasks: dict[str, Any] = {_name("n-grams", count): partial(_load, paths[count], test) for count in sizes}
    tasks[_name("CountVectorizer", sizes[1])] = partial(plainly, paths[sizes[1]])
    found = processes.compare(tasks, repeats)
    amounts = [Amount(paths[count].stat().st_size / 1e6, "MB") for count in (*sizes, sizes[1])]
    return [*found, extrapolated("n-grams", found, rows, LARGEST)], amounts


def run_systems(folder: Path, *, rows: int, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Generate reviews in `folder`, then run every system that counts, its training included, nothing kept.

    For two sizes of the training part, and what a line through both tells of one as large as AG's.
    """
    sizes = (rows, rows // 10)
    paths = {count: generate(folder / f"{count}.csv", count) for count in sizes}
    test = generate(folder / "test.csv", TEST, seed=1)
    tasks = {_name(row, count): partial(_run, row, paths[count], test) for row in SYSTEMS for count in sizes}
    found = processes.compare(tasks, repeats)
    amounts = [Amount(paths[count].stat().st_size / 1e6, "MB") for _ in SYSTEMS for count in sizes]
    return [*found, *(extrapolated(row, found, rows, AG) for row in SYSTEMS)], amounts


def extrapolated(system: str, found: list[Cost], rows: int, target: int) -> Cost:
    """Return the cost of `target` rows, on a line through those of `rows` and of a tenth of them."""
    by_name = {cost.system: [float(figure) for figure in cost[1:]] for cost in found}
    small, large = (by_name[_name(system, count)] for count in (rows // 10, rows))
    share = (target / rows - 0.1) / 0.9
    name = f"{_name(system, target)}, estimated"
    return Cost(name, *(one + (other - one) * share for one, other in zip(small, large, strict=True)))


def _name(system: str, rows: int) -> str:
    return f"{system}, {rows:,} rows"


def plainly(path: Path) -> Any:
    """Count n-grams by scikit-learn, which holds them all; what counting by buckets is measured against."""
    from sklearn.feature_extraction.text import CountVectorizer

    settings = COUNTED["ngrams"]
    texts = (text for rows in stream(path, **FORM, join=first_last) for text in rows.texts.to_pylist())
    pattern = r"(?u)[^\W_]+"
    lengths = (1, settings["longest"])
    return CountVectorizer(
        token_pattern=pattern, ngram_range=lengths, max_features=settings["most"]
    ).fit_transform(texts)


def _run(row: str, train: Path, test: Path) -> np.ndarray:
    recipe = counting(row, Topics("reviews", train=0, test=0, files=(), **FORM))
    assert recipe.dataset is not None
    with nothing_kept(train.parent):
        return recipe.measure(recipe.dataset.load([train, test], 0, 0), 0)


def _load(train: Path, test: Path) -> Fold:
    with nothing_kept(train.parent):
        return load_counts([train, test], 0, 0, **FORM, join=first_last, **COUNTED["ngrams"])
