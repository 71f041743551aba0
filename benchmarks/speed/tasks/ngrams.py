"""Counting the most frequent n-grams of labelled texts.

The rival, CountVectorizer of scikit-learn, holds all n-grams at once. The estimate is the line through the two
larger sizes, at the 3,600,000 training reviews of Amazon's polarity data set.
"""

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.papers.zhang2015.counting import COUNTED
from benchmarks.speed.processes import Case, WholeTask, extrapolated, file_size, on_rows
from benchmarks.speed.reviews import FORM, generate
from data_pipelines.text.classification import load_counts
from data_pipelines.text.csv_rows import first_last, stream

ROWS, AMAZON_ROWS = 1_000_000, 3_600_000
NGRAMS: dict[str, Any] = COUNTED["ngrams"]


def cases(folder: Path, *, rows: int = ROWS) -> list[Case]:
    """Generate reviews of three sizes; scikit-learn reads the middle one."""
    sizes = (rows, rows // 10, rows // 100)
    paths = {count: generate(folder / f"{count}.csv", count) for count in sizes}
    load, middle, least = partial(load_counts, **FORM, join=first_last, **NGRAMS), paths[sizes[1]], paths[sizes[2]]
    return [
        *(
            Case(on_rows("n-grams", count), partial(load, [path, least], 0, 0), file_size(path))
            for count, path in paths.items()
        ),
        Case(on_rows("CountVectorizer", sizes[1]), partial(count_with_scikit_learn, middle), file_size(middle)),
    ]


def count_with_scikit_learn(path: Path) -> Any:
    """Return the counts of the most frequent n-grams, sparse (texts, n-grams)."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = (text for rows in stream(path, **FORM, join=first_last) for text in rows.texts.to_pylist())
    lengths = (1, NGRAMS["longest"])
    vectorizer = CountVectorizer(token_pattern=r"(?u)[^\W_]+", ngram_range=lengths, max_features=NGRAMS["most"])
    return vectorizer.fit_transform(texts)


TASK = WholeTask(
    what=f"{NGRAMS['most']:,} n-grams of up to {NGRAMS['longest']} words, of generated reviews",
    cases=cases,
    extrapolate=partial(extrapolated, systems=("n-grams",), rows=ROWS, target=AMAZON_ROWS),
)
