"""A certificate that was read: its statement, cells, records, curves and predictions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.certificates.contents import (
    FORMAT,
    RECHECKED,
    RECORDS,
    STATEMENT,
    Json,
    from_json,
    is_count,
    metric_from_json,
    published_file,
)
from benchmarks.certificates.parts import labels
from benchmarks.certificates.statement import RULE
from benchmarks.evidence.rechecks import COLUMNS, Rechecks
from results.ledger import Ledger, ResultsError
from results.published import Cell, read_cells
from results.records import EpochEnd, JobKey, RecordFiles, RunRecord

LONGEST = 100  # characters of a name that are shown


@dataclass(frozen=True)
class Opened:
    """A certificate, with its files in a folder too. What is read from them raises what their readers raise."""

    files: Mapping[str, bytes]
    folder: Path
    warnings: list[str] = field(default_factory=list)  # of damaged lines, when records are read

    @cached_property
    def statement(self) -> Json:
        return from_json(STATEMENT, self.files)

    @property
    def paper(self) -> str:
        return str(self.statement["paper"])

    @cached_property
    def stated(self) -> list[tuple[Cell, Json]]:
        """Return the printed cells, each with what is stated of it. Raises ValueError where they are others."""
        metrics = map(metric_from_json, self.statement["metrics"])
        cells = read_cells(self.paper, self.folder / published_file(self.paper), metrics)
        places = [(one["table"], one["row"], one["column"], one["metric"]) for one in self.statement["cells"]]
        if places != [(*cell[1:4], cell.metric.name) for cell in cells]:
            raise ValueError(f"its cells are not those of {STATEMENT}")
        return list(zip(cells, self.statement["cells"], strict=True))

    @cached_property
    def record_files(self) -> RecordFiles:
        return RecordFiles(self.paper, self.folder / RECORDS, self._warn)

    def _warn(self, text: str) -> None:
        """Keep a warning without the folder, which is gone soon, and without what a run would do."""
        self.warnings.append(text.replace(f"{self.folder}/", "").partition("; the next run")[0])

    @cached_property
    def records(self) -> list[RunRecord]:
        return self.record_files.records()

    @cached_property
    def curves(self) -> dict[JobKey, list[EpochEnd]]:
        return self.record_files.curves()

    @cached_property
    def predictions(self) -> dict[JobKey, np.ndarray]:
        room = labels.Room()
        self.record_files.prediction_ledger.read(lambda line: room.decode(line["predictions"]).size)
        return self.record_files.predictions()

    @cached_property
    def labels(self) -> dict[labels.Which, np.ndarray]:
        return labels.read(self.files)

    @cached_property
    def rechecks(self) -> Rechecks:
        return Rechecks.read(Ledger(self.folder / RECHECKED, COLUMNS))

    def name_of(self, fingerprint: str) -> str:
        """Return the first cell of a recipe."""
        return next(cell.name for cell, statement in self.stated if statement["recipe"] == fingerprint)

    def records_of(self, statement: Json) -> list[RunRecord]:
        """Return the records that the verdict of a cell rests on."""
        mine = statement["recipe"], statement["backend"]
        return [record for record in self.records if (record.key.fingerprint, record.key.backend) == mine]


@contextmanager
def opened(files: Mapping[str, bytes]) -> Iterator[Opened]:
    """Provide a certificate. Raises ResultsError for one of a later version, and for one of no paper."""
    statement = from_json(STATEMENT, files)
    stated, paper = statement.get("format"), statement.get("paper")
    if stated != FORMAT:
        found = f"{STATEMENT} states the format {stated!r}"
        raise ResultsError(f"{found}. This version of retable reads {FORMAT}; a newer one may read it.")
    if is_count(rule := statement.get("rule", 1), RULE + 1):
        raise ResultsError(f"{STATEMENT} states rule {rule} of verdicts. This version of retable has {RULE}.")
    if not isinstance(paper, str) or published_file(paper) not in files:
        file = published_file(str(paper))[:LONGEST]
        raise ResultsError(f"{file} is missing, the printed cells of the paper that {STATEMENT} names.")
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(content)
        yield Opened(files, Path(folder))
