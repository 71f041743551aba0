"""Are the records whole, and is there a curve for each?"""

from collections import Counter
from collections.abc import Iterator
from math import isfinite

from benchmarks.certificates.checks import Check, judged
from benchmarks.certificates.contents import RECORDS
from benchmarks.certificates.opened import Opened
from results.records import EpochEnd, RunRecord


def look(certificate: Opened) -> Iterator[Check]:
    """Yield whether records belong to the cells, none twice, and curves and predictions to the records."""
    records, curves, predictions = certificate.records, certificate.curves, certificate.predictions
    where = f"{RECORDS}/{{}}/{certificate.paper}.csv"
    mine = {(statement["recipe"], statement["backend"]) for _, statement in certificate.stated}
    faults = [
        *certificate.warnings,
        *(f"{r.key} is of no cell" for r in records if (r.key.fingerprint, r.key.backend) not in mine),
        *(f"{r.key} is of another paper" for r in records if r.key.paper != certificate.paper),
        *(f"job {job} is there {count} times" for job, count in _jobs(records).items() if count > 1),
    ]
    good = [record for record in records if not record.error]
    text = f"{len(good)} finished, {len(records) - len(good)} failed"
    yield judged("records", "; ".join(faults[:3]), text, where.format("reproduced"))
    done = {record.key for record in good}
    faults = [
        *(f"{key} has a curve and no record" for key in curves.keys() - done),
        *(_gap(record, [point.epoch for point in curves.get(record.key, [])]) for record in good),
    ]
    faults += [f"{key} has the loss {loss}" for key, points in curves.items() for loss in _impossible(points)]
    faults = list(filter(None, faults))
    yield judged("curves", "; ".join(faults[:3]), f"every epoch of {len(curves)} runs", where.format("curves"))
    faults = [f"{key} has predictions and no record" for key in predictions.keys() - done]
    if faults:
        yield judged("predictions", "; ".join(faults[:3]), file=where.format("predictions"))


def _jobs(records: list[RunRecord]) -> Counter[tuple]:
    return Counter(record.key.identity for record in records if not record.error)


def _impossible(points: list[EpochEnd]) -> list[float]:
    """Return the losses that no run which ended has."""
    return [point.loss for point in points if not isfinite(point.loss)][:1]


def _gap(record: RunRecord, epochs: list[int]) -> str:
    """Say that a run lacks epochs of its curve; what is not trained has none."""
    is_whole = len(epochs) == record.epochs and all(one == n for n, one in enumerate(epochs, start=1))
    return "" if is_whole else f"{record.key} has {record.epochs} epochs, its curve has {len(epochs)}"
