"""True classes of test parts: with them, predictions can be scored again without the data."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from benchmarks.certificates.contents import LABEL_COLUMNS, LABELS
from benchmarks.jobs import Job, Planned
from benchmarks.recipe import NotAttempted
from benchmarks.training.job import loaded_fold
from data_pipelines.dataset import Dataset
from results.ledger import LONGEST_FIELD, ResultsError
from results.predictions import decode, encode
from results.records import JobKey

MOST_BYTES = 2**28  # of all classes of a file: a small text may unpack to many
Which = tuple[str, int, int]  # fingerprint of the recipe, fold, seed


class Room:
    """The bytes that the classes of a file may have once they are unpacked."""

    def __init__(self) -> None:
        self.left = MOST_BYTES

    def decode(self, text: str) -> np.ndarray:
        """Return classes, (examples,). Raises ValueError, or ResultsError where there is no room."""
        classes = decode(text)
        self.left -= classes.nbytes
        if self.left < 0:
            raise ResultsError(f"its classes have more than {MOST_BYTES} bytes")
        return classes


def which(key: JobKey) -> Which:
    """Return what the test part of a job depends on."""
    return key.fingerprint, key.fold, key.seed


def are_free(dataset: Dataset) -> bool:
    """Return whether labels may be passed on; not those of data that their owners give on request."""
    return not any(file.on_request for file in dataset.files)


def labels_of(planned: Planned, keys: Iterable[JobKey]) -> Iterator[list[str]]:
    """Yield a line of the file for each job: it loads the data. Raises DataError where they are missing.

    A fixed split of files has the same test part for every seed; data that are drawn have others.
    """
    assert not isinstance(planned.recipe, NotAttempted)
    dataset = planned.recipe.dataset
    is_fixed = dataset.folds == 1 and dataset.files
    known: dict[tuple[int, int], str] = {}
    for key in keys:
        part = (key.fold, 0 if is_fixed else key.seed)
        if part not in known:
            with loaded_fold(Job(key, planned.recipe, planned.options, planned.code)) as fold:
                known[part] = encode(np.asarray(fold.test.y))
        yield [*map(str, which(key)), known[part]]


def as_csv(lines: Iterable[list[str]]) -> bytes:
    """Return the text of the file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([LABEL_COLUMNS, *lines])
    return text.getvalue().encode()


def read(files: Mapping[str, bytes]) -> dict[Which, np.ndarray]:
    """Return the true classes, (examples,), of each test part. Raises ValueError or ResultsError."""
    csv.field_size_limit(LONGEST_FIELD)
    room = Room()
    lines = csv.DictReader(io.StringIO(files.get(LABELS, b"").decode(), newline=""), strict=True)
    return {(line["recipe"], int(line["fold"]), int(line["seed"])): room.decode(line["labels"]) for line in lines}
