"""What it costs to count the most frequent n-grams of labelled texts, and to run a system that counts."""

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import costs
from benchmarks.costs import Amount, Cost
from benchmarks.papers.zhang2015.counting import COUNTED, LOGISTIC, counting_error
from benchmarks.reading import CLASSES, FIELDS, generate
from data_pipelines.counted_texts import load_counts
from data_pipelines.dataset import Fold
from data_pipelines.labelled_rows import first_last, stream

FORM: dict[str, Any] = {"classes": CLASSES, "fields": FIELDS}
LARGEST = 3_600_000  # rows of a training part, of Amazon's polarity
AG = 120_000


def compare(folder: Path, *, rows: int, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Generate reviews in `folder`, then count their n-grams, each time in a fresh process, nothing kept.

    Also a whole system, with its training, for fewer rows, scikit-learn's counting, and what straight lines
    through two sizes tell of larger ones.
    """
    sizes = (rows, rows // 10, rows // 100)
    paths = {count: generate(folder / f"{count}.csv", count) for count in sizes}
    test = paths[sizes[-1]]
    tasks: dict[str, Any] = {
        f"n-grams, {count:,} rows": partial(_load, path, test) for count, path in paths.items()
    }
    tasks |= {f"ngrams TFIDF, {count:,} rows": partial(_run, paths[count], test) for count in sizes[1:]}
    tasks[f"CountVectorizer, {sizes[1]:,} rows"] = partial(plainly, paths[sizes[1]])
    found = costs.compare(tasks, repeats)
    amounts = [Amount(paths[count].stat().st_size / 1e6, "MB") for count in (*sizes, *sizes[1:], sizes[1])]
    for name, large, target in (("n-grams", rows, LARGEST), ("ngrams TFIDF", rows // 10, AG)):
        ends = [cost for size in (large // 10, large) for cost in found if cost.system == f"{name}, {size:,} rows"]
        found.append(extrapolated(f"{name}, {target:,} rows, estimated", ends, target / large))
    return found, amounts


def extrapolated(name: str, ends: list[Cost], factor: float) -> Cost:
    """Return the cost of `factor` times the larger size, on a line from the smaller one, a tenth of it."""
    small, large = ([float(figure) for figure in cost[1:]] for cost in ends)
    share = (factor - 0.1) / 0.9
    return Cost(name, *(one + (other - one) * share for one, other in zip(small, large, strict=True)))


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


def _run(train: Path, test: Path) -> None:
    counting_error(_load(train, test), 0, tfidf=True, **LOGISTIC)


def _load(train: Path, test: Path) -> Fold:
    with tempfile.TemporaryDirectory(dir=train.parent) as home:
        os.environ["RETABLE_HOME"] = home  # this process ends after it
        return load_counts([train, test], 0, 0, **FORM, join=first_last, **COUNTED["ngrams"])
