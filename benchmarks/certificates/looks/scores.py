"""Do the predictions give the metrics of the records?"""

from collections import Counter
from collections.abc import Iterator
from math import isclose, nan

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import LABELS, RECORDS, metric_from_json
from benchmarks.certificates.opened import Opened
from benchmarks.certificates.parts import labels
from results.metrics import METRICS, Metric, classifies, score
from results.records import RunRecord

PRECISION = 1e-12


def look(certificate: Opened) -> Iterator[Check]:
    """Yield whether the scores of all runs follow from predictions and true classes."""
    own = {stated["name"]: metric_from_json(stated) for stated in certificate.statement["metrics"]}
    wrong, equal, unseen = [], 0, Counter[str]()
    for record in certificate.records:
        for name, value in record.metrics.items():
            found = _again(certificate, record, METRICS.get(name) or own.get(name))
            if isinstance(found, str):
                unseen[f"{name}: {found}"] += 1
            elif isclose(found, value, rel_tol=PRECISION, abs_tol=PRECISION):
                equal += 1
            else:
                wrong.append(f"{record.key}: {name} is {value}, the predictions give {found}")
    file = f"{RECORDS}/predictions/{certificate.paper}.csv"
    if equal or wrong:
        yield judged("scores", "; ".join(wrong[:3]), f"predictions give all {equal} scores again", file)
    for text, count in unseen.items():
        yield Check("scores", Outcome.UNCHECKED, f"{count} as recorded, {text}", file)


def _again(certificate: Opened, record: RunRecord, metric: Metric | None) -> float | str:
    """Return a score from predictions, or why it cannot be computed."""
    if metric is None or not classifies(metric) or metric.part != "test":
        return "not a score of predicted classes"
    if record.key not in certificate.predictions:
        return "no predictions were kept"
    truth = certificate.labels.get(labels.which(record.key))
    if truth is None:
        return f"{LABELS} lacks the true classes, as those of data that are given on request only"
    found = certificate.predictions[record.key]
    if truth.shape != found.shape:
        return nan
    return score(metric, truth, found)
