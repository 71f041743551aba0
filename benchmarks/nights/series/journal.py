"""The runs that the nights of a plan have seen, in the order seen: no clock decides what came first.

`runs.csv` beside the summaries has records that a night found, those that it made, and reruns. A rerun is never a
record: it would be counted twice.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from results.ledger import Ledger
from results.predictions import decode
from results.records import COST, PROVENANCE, Digests, EpochEnd, JobKey, RecordFiles, RunRecord, key_of

ADDED = ("threads", "peak_bytes")
TYPES: dict[str, Any] = RunRecord.__annotations__


class Kind(StrEnum):
    """Where a night has a run from."""

    FOUND = "found"  # recorded before
    NEW = "new"  # trained that night, because its record was missing
    RERUN = "rerun"  # trained once more, to compare


@dataclass(frozen=True)
class Entry:
    """One run as a night saw it."""

    night: int
    kind: Kind
    record: RunRecord
    curve: str = ""  # hash of the losses; empty where not known
    predictions: str = ""  # hash of the predicted classes; empty where not known
    surroundings: Mapping[str, str] | None = None  # None where not known: records do not name them
    load: float | None = None  # what others took of this machine meanwhile, from 0 to 1

    @property
    def identity(self) -> tuple[str, int, int, str]:
        return self.record.key.identity


COLUMNS = (
    *("night", "kind", *JobKey._fields, "values", *COST, *PROVENANCE, *Digests._fields, *ADDED),
    *("curve", "predictions", "surroundings", "load"),
)


@dataclass(frozen=True)
class Journal:
    """The file of one plan; only its night writes."""

    folder: Path

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder / "runs.csv", COLUMNS)

    def entries(self) -> list[Entry]:
        """Return the entries in the order written; a line that a crash tore is left out."""
        return self.ledger.read(_entry)[0]

    def repair(self) -> None:
        """Set aside what a crash tore."""
        self.ledger.prune(_entry, lambda entry: True)

    def append(self, entries: Iterable[Entry]) -> None:
        """Write entries in one write. Raises ResultsError."""
        if lines := [_line(entry) for entry in entries]:
            self.ledger.append(lines)


def unseen(files: RecordFiles, fingerprints: set[str], entries: Iterable[Entry]) -> list[Entry]:
    """Return the finished records of some recipes that are not in a journal, as found by night 0."""
    seen = {(entry.record.key, entry.record.finished) for entry in entries}
    records = [record for record in files.records() if record.metrics and record.key.fingerprint in fingerprints]
    new = [record for record in records if (record.key, record.finished) not in seen]
    if not new:
        return []
    curves, predictions = files.curves(), files.predictions()
    last = {record.key: record for record in records}  # curve and predictions of a job are those of its last run
    return [
        Entry(
            night=0,
            kind=Kind.FOUND,
            record=record,
            curve=_hash_of_curve(curves.get(record.key, ())) if last[record.key] is record else "",
            predictions=hash_of_classes(predictions.get(record.key)) if last[record.key] is record else "",
        )
        for record in new
    ]


def of_rerun(night: int, record: RunRecord, curve: Sequence[EpochEnd], about: Mapping[str, str]) -> Entry:
    """Return the entry of a rerun."""
    classes = decode(record.predictions) if record.predictions else None
    return Entry(night, Kind.RERUN, record, _hash_of_curve(curve), hash_of_classes(classes), about)


def _hash_of_curve(points: Sequence[EpochEnd]) -> str:
    texts = [f"{p.epoch} {p.loss:.6g} {'' if p.valid is None else format(p.valid, '.6g')}" for p in points]
    return _hashed("\n".join(texts).encode()) if texts else ""


def hash_of_classes(classes: np.ndarray | None) -> str:
    """Return a short hash of predicted classes, (examples,); empty for None."""
    return "" if classes is None else _hashed(classes.astype("<u4").tobytes())


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _line(entry: Entry) -> list[str]:
    record = entry.record
    about = "" if entry.surroundings is None else json.dumps(dict(entry.surroundings), sort_keys=True)
    plain = [" ".join(str(getattr(record, name)).split()) for name in (*COST, *PROVENANCE)]
    more = [*record.code, str(record.threads), str(record.peak_bytes)]
    load = "" if entry.load is None else str(entry.load)
    return [
        *(str(entry.night), entry.kind, *map(str, record.key), json.dumps(dict(record.metrics)), *plain, *more),
        *(entry.curve, entry.predictions, about, load),
    ]


def _entry(line: Mapping[str, str]) -> Entry:
    fields = {name: TYPES[name](line[name]) for name in (*COST, *PROVENANCE, *ADDED)}
    code = Digests(*(line[name] for name in Digests._fields))
    values = {str(name): float(value) for name, value in json.loads(line["values"]).items()}
    return Entry(
        night=int(line["night"]),
        kind=Kind(line["kind"]),
        record=RunRecord(key_of(line), values, code=code, **fields),
        curve=line["curve"],
        predictions=line["predictions"],
        surroundings=json.loads(line["surroundings"]) if line["surroundings"] else None,
        load=float(line["load"]) if line["load"] else None,
    )
