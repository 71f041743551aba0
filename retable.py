"""The public interface of the suite: what a paper from outside needs, and what a notebook needs.

A paper is a file with `TABLE = PaperTable(...)` and a CSV file of its printed cells beside it; docs/adding.md
writes one step by step. These names stay; other modules of the suite may change.
"""

from benchmarks.jobs import Options
from benchmarks.outside.frames import cells, compare, records, run, verdicts
from benchmarks.outside.tracked import compare_runs
from benchmarks.own_numbers.judgement import judge
from benchmarks.recipe import (
    CROSS_ENTROPY,
    Measurement,
    NotAttempted,
    Recipe,
    from_keras,
    last_best,
    last_lowest,
)
from benchmarks.settings import with_others
from benchmarks.table import Assumption, Claim, Miss, PaperTable, UnknownName
from data_pipelines.dataset import NO_DATA, DataError, Dataset, Fold, LocalFile, RemoteFile, Split
from data_pipelines.datasets.own_files import (
    CrossValidation,
    PartColumn,
    PartFiles,
    RandomSplit,
    image_folder,
    sound_folder,
    table_data,
    word_ids,
)
from data_pipelines.datasets.packaged import DIGITS
from results.ledger import ResultsError
from results.metrics import (
    ACCURACY,
    PERPLEXITY,
    TEST_ERROR,
    TRAINING_ERROR,
    UNWEIGHTED_ACCURACY,
    VALUE,
    Metric,
)
from results.published import Cell

__all__ = [
    "ACCURACY",
    "Assumption",
    "CROSS_ENTROPY",
    "Cell",
    "Claim",
    "CrossValidation",
    "DIGITS",
    "DataError",
    "Dataset",
    "Fold",
    "LocalFile",
    "Measurement",
    "Metric",
    "Miss",
    "NO_DATA",
    "NotAttempted",
    "Options",
    "PERPLEXITY",
    "PaperTable",
    "PartColumn",
    "PartFiles",
    "RandomSplit",
    "Recipe",
    "RemoteFile",
    "ResultsError",
    "Split",
    "TEST_ERROR",
    "TRAINING_ERROR",
    "UNWEIGHTED_ACCURACY",
    "UnknownName",
    "VALUE",
    "cells",
    "compare",
    "compare_runs",
    "from_keras",
    "image_folder",
    "judge",
    "last_best",
    "last_lowest",
    "records",
    "run",
    "sound_folder",
    "table_data",
    "verdicts",
    "word_ids",
    "with_others",
]
