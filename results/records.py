"""Records of finished jobs as CSV files: metrics, learning curves and test predictions.

Files are append-only, and a record is one write. A line torn by a crash is set aside; the rest is read. A lock
per paper lets one command write at a time.
"""

import math
import os
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import Timeout

from results.ledger import Ledger
from results.locks import acquired
from results.metrics import METRICS
from results.predictions import decode
from results.secrets import without_secrets


class JobKey(NamedTuple):
    """The identity of a job as plain data, used by resume, runners, MLflow and CSV."""

    paper: str
    table: str
    row: str
    column: str
    fold: int
    seed: int
    backend: str
    fingerprint: str  # of the recipe's settings, data hash and revision
    revision: int

    @property
    def identity(self) -> tuple[str, int, int, str]:
        """Return what the result depends on; cells with equal identity share one run."""
        return self.fingerprint, self.fold, self.seed, self.backend

    def __str__(self) -> str:
        cell = f"{self.paper}/{self.table}/{self.row}/{self.column}"
        return f"{cell}/fold {self.fold}/seed {self.seed}/{self.backend}/{self.fingerprint}"


class Digests(NamedTuple):
    """Hashes of the code behind a number, 12 hexadecimal digits each; a part without code is empty."""

    core: str = ""  # the build, optimizer, loss, metrics and all else that a recipe names
    data: str = ""  # the loading of its data set
    loop: str = ""  # the numeric part of training, or the scoring of what is not trained


class Observed(NamedTuple):
    """What was seen of a job while it ran: it goes to MLflow, and to no file."""

    samples: tuple[tuple[float, Mapping[str, float]], ...] = ()  # Unix time in seconds, and the machine by name
    sizes: tuple[tuple[str, int], ...] = ()  # examples of the parts of a fold: train, validation, test
    confusion: tuple[tuple[int, ...], ...] = ()  # test examples by true class, then by predicted class


@dataclass(frozen=True)
class RunRecord:
    """One trained model: key, metrics by name, cost and provenance, or an error."""

    key: JobKey
    metrics: Mapping[str, float]
    epochs: int = 0
    seconds: float = 0.0
    examples_per_second: float = 0.0
    parameters: int = 0
    peak_device_bytes: int = 0  # 0 if the back end does not report it
    device: str = ""
    commit: str = ""
    data_hash: str = ""
    versions: str = ""
    finished: str = ""  # UTC, ISO 8601
    error: str = ""
    code: Digests = Digests()  # empty in records of earlier versions, as the next two are 0
    threads: int = 0
    peak_bytes: int = 0  # the most memory that the process held
    predictions: str = field(default="", compare=False, repr=False)  # encoded; kept in a file of their own
    observed: Observed = field(default=Observed(), compare=False, repr=False)


class EpochEnd(NamedTuple):
    """One point of a learning curve."""

    key: JobKey
    epoch: int  # from 1
    loss: float
    valid: float | None  # the recipe's first metric on the validation part
    seconds: float


ROUNDING = 1e-9  # the mean of many 100s may exceed 100 by that
LARGEST = 2**63  # of any cost
COST = ("epochs", "seconds", "examples_per_second", "parameters", "peak_device_bytes")
PROVENANCE = ("device", "commit", "data_hash", "versions", "finished", "error")
ADDED = (*Digests._fields, "threads", "peak_bytes")
RECORD_COLUMNS = (*JobKey._fields, "metric", "value", "metrics", *COST, *PROVENANCE, *ADDED)
CURVE_COLUMNS = (*JobKey._fields, "epoch", "loss", "valid", "seconds")
PREDICTION_COLUMNS = (*JobKey._fields, "finished", "predictions")


@dataclass(frozen=True)
class RecordFiles:
    """The files of one paper in a results folder; `warn` is called about damaged lines."""

    paper: str
    folder: Path
    warn: Callable[[str], None] = field(default=lambda text: print(text, file=sys.stderr))

    @property
    def record_ledger(self) -> Ledger:
        path = self.folder / "reproduced" / f"{self.paper}.csv"
        return Ledger(path, RECORD_COLUMNS, added=len(ADDED))

    @property
    def curve_ledger(self) -> Ledger:
        return Ledger(self.folder / "curves" / f"{self.paper}.csv", CURVE_COLUMNS)

    @property
    def prediction_ledger(self) -> Ledger:
        return Ledger(self.folder / "predictions" / f"{self.paper}.csv", PREDICTION_COLUMNS)

    def records(self) -> list[RunRecord]:
        """Return all records in the order written, failed ones included; torn records are skipped."""
        whole = _complete(self._read(self.record_ledger, _record_part))
        records: dict[tuple[JobKey, str], RunRecord] = {}
        for part in whole:
            before = records.get(part.name, part.record)
            records[part.name] = replace(before, metrics={**before.metrics, **part.record.metrics})
        return list(records.values())

    def curves(self) -> dict[JobKey, list[EpochEnd]]:
        """Return the learning curve of every job; the last one of a job that ran again."""
        curves: dict[JobKey, list[EpochEnd]] = {}
        for point in self._read(self.curve_ledger, _point):
            if point.epoch == 1:
                curves.pop(point.key, None)
            curves.setdefault(point.key, []).append(point)
        return curves

    def predictions(self) -> dict[JobKey, np.ndarray]:
        """Return the predicted classes of the test part, (examples,), of every classification job."""
        return {line.key: line.classes for line in self._read(self.prediction_ledger, _predictions)}

    def append(self, record: RunRecord, curve: Sequence[EpochEnd] = ()) -> None:
        """Write a finished job: curve and predictions first, because the record marks the job as done."""
        if curve and not record.error:
            self.curve_ledger.append([_point_line(point) for point in curve])
        if record.predictions and not record.error:
            self.prediction_ledger.append([[*map(str, record.key), record.finished, record.predictions]])
        self.record_ledger.append(_record_lines(record))

    def repair(self) -> None:
        """Set aside torn and impossible lines; drop curves and predictions without a record. It needs the lock."""
        self._set_aside(self.record_ledger, _record_part, lambda part: True)
        names = {part.name for part in _complete(self._read(self.record_ledger, _record_part))}
        self._set_aside(self.record_ledger, _record_part, lambda part: part.name in names)
        done = {record.key: record.finished for record in self.records() if not record.error}
        self._set_aside(self.curve_ledger, _point, lambda point: point.key in done)
        self._set_aside(self.prediction_ledger, _predictions, lambda line: done.get(line.key) == line.finished)

    def _read(self, ledger: Ledger, parse: Callable[[Mapping[str, str]], Any]) -> list[Any]:
        good, torn = ledger.read(parse)
        if torn:
            self.warn(f"{ledger.path}: {len(torn)} torn or impossible line(s) skipped; the next run moves them.")
        return good

    def _set_aside(self, ledger: Ledger, parse: Callable, wanted: Callable) -> None:
        if torn := ledger.prune(parse, wanted):
            self.warn(f"{ledger.path}: {len(torn)} torn or impossible line(s) moved to {ledger.path.name}.torn.")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the write lock of the paper; if another command holds it, warn and wait."""
        path = self.record_ledger.path
        path.parent.mkdir(parents=True, exist_ok=True)
        held, holder = Path(f"{path}.lock"), Path(f"{path}.holder.lock")
        try:
            lock = acquired(held, timeout=0)
        except Timeout:
            self.warn(f"{self.paper} is being written by {_holder(holder)}. Waiting for it to finish.")
            lock = acquired(held)
        try:
            command = without_secrets(" ".join(["retable", *sys.argv[1:]]))
            name = f"'{command}' (process {os.getpid()} on {socket.gethostname()})"
            with suppress(OSError):  # a full disk must not stop a run that writes nothing
                holder.write_bytes(os.fsencode(name))  # an argument may have any bytes
            yield
        finally:
            with suppress(OSError):  # of another user
                holder.unlink()
            lock.release()


def _holder(path: Path) -> str:
    """Return what a command has written about itself, as far as it can be read."""
    try:
        return path.read_text("utf-8", "replace") or "another command"
    except OSError:
        return "another command"


def _record_lines(record: RunRecord) -> list[list[str]]:
    cost = [_number(getattr(record, name)) for name in COST]
    provenance = [_one_line(getattr(record, name)) for name in PROVENANCE]
    values = [(name, repr(float(value))) for name, value in record.metrics.items()] or [("", "")]
    about = [*cost, *provenance, *record.code, str(record.threads or ""), str(record.peak_bytes or "")]
    return [[*map(str, record.key), name, value, str(len(values)), *about] for name, value in values]


class _Part(NamedTuple):
    """One line of a record, which holds one of its metrics."""

    record: RunRecord
    lines: int  # of the whole record

    @property
    def name(self) -> tuple[JobKey, str]:
        return self.record.key, self.record.finished


def _complete(parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts of complete records; a crash can tear one between two lines."""
    counts = Counter(part.name for part in parts)
    return [part for part in parts if counts[part.name] >= part.lines]


def _record_part(line: Mapping[str, str]) -> _Part:
    metrics = {line["metric"]: float(line["value"])} if line["metric"] else {}
    if not all(_is_possible(*item) for item in metrics.items()):
        raise ValueError(f"{line['metric']} is {line['value']}")
    types = RunRecord.__annotations__
    fields = {name: types[name](line[name]) for name in (*COST, *PROVENANCE)}
    code = Digests(*(line[name] for name in Digests._fields))
    fields |= {name: int(line[name] or 0) for name in ("threads", "peak_bytes")}
    if not all(0 <= fields[name] <= LARGEST for name in (*COST, "threads", "peak_bytes")):
        raise ValueError("a cost is negative or not finite")
    return _Part(RunRecord(key_of(line), metrics, code=code, **fields), int(line["metrics"]))


def _is_possible(name: str, value: float) -> bool:
    """Return whether a metric can have a value; one that is no longer known can have any finite one."""
    low, high = METRICS[name].range if name in METRICS else (-math.inf, math.inf)
    return math.isfinite(value) and low - ROUNDING <= value <= high + ROUNDING


def _point_line(point: EpochEnd) -> list[str]:
    valid = "" if point.valid is None else _number(point.valid)
    return [*map(str, point.key), str(point.epoch), _number(point.loss), valid, _number(point.seconds)]


def _point(line: Mapping[str, str]) -> EpochEnd:
    valid = float(line["valid"]) if line["valid"] else None
    if not 1 <= (epoch := int(line["epoch"])) <= LARGEST:
        raise ValueError(f"epoch {epoch}")
    return EpochEnd(key_of(line), epoch, float(line["loss"]), valid, float(line["seconds"]))


class _Predictions(NamedTuple):
    """One line: the predicted classes of the test part of a job."""

    key: JobKey
    finished: str  # of its record
    classes: np.ndarray


def _predictions(line: Mapping[str, str]) -> _Predictions:
    return _Predictions(key_of(line), line["finished"], decode(line["predictions"]))


def key_of(line: Mapping[str, str]) -> JobKey:
    """Return the key of a job from its texts by name. Raises ValueError for one that no job can have."""
    types = JobKey.__annotations__
    key = JobKey(**{name: types[name](line[name]) for name in JobKey._fields})
    if key.fold < 0 or key.seed < 0:
        raise ValueError(f"fold {key.fold}, seed {key.seed}")
    return key


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
