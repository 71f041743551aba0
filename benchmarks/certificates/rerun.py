"""Training one job of a certificate again, and comparing what comes out."""

from collections.abc import Iterable, Iterator, Sequence
from math import inf, isclose
from random import Random
from typing import NamedTuple

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import Json
from benchmarks.certificates.opened import Opened
from benchmarks.certificates.statement import rejudge
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Job, Planned
from benchmarks.recipe import NotAttempted
from benchmarks.table import load_table
from results.ledger import ResultsError
from results.predictions import encode
from results.published import Cell
from results.records import EpochEnd, RunRecord
from results.verdicts import one_more_run


class NoTime(Exception):
    """No job fits into the time; the text says what the shortest needs."""


class Again(NamedTuple):
    """A recorded run, and the job that repeats it."""

    record: RunRecord
    job: Job


def repeatable(certificate: Opened) -> list[Again]:
    """Return the runs that the code here can repeat.

    Raises ResultsError where it computes other numbers than that of the records, or cannot be run here.
    """
    table, rechecks = load_table(certificate.paper), Rechecks.read()
    planned = {one.fingerprint: one for one in table.plan()}
    found, reasons = [], []
    for record in certificate.records:
        one = planned.get(record.key.fingerprint)
        reason = _obstacle(one, record, rechecks)
        if one is None or isinstance(one.recipe, NotAttempted) or reason:
            reasons.append(reason)
        else:
            found.append(Again(record, Job(record.key, one.recipe, one.options, one.code, record.peak_bytes)))
    if not found:
        raise ResultsError(f"No run can be repeated here: {'; '.join(dict.fromkeys(reasons))}.")
    return found


def _obstacle(planned: Planned | None, record: RunRecord, rechecks: Rechecks) -> str:
    if planned is None:
        return f"the suite here has no recipe {record.key.fingerprint}; that of commit {record.commit} has it"
    if record.error:
        return "it failed"
    if not rechecks.same(record.code, planned.code):
        return f"the code here is not that of the runs; that of commit {record.commit} is"
    return planned.obstacle


def choose(runs: Sequence[Again], minutes: float | None, random: Random) -> Again:
    """Return one of the runs by chance, of those that took less than so many minutes. Raises NoTime."""
    limit = inf if minutes is None else 60 * minutes
    short = [one for one in runs if one.record.seconds <= limit]
    if not short:
        least = min(one.record.seconds for one in runs) / 60
        raise NoTime(f"The shortest run took {least:.1f} minutes, more than the {minutes:g} of --minutes.")
    return random.choice(short)


def repeated(certificate: Opened, chosen: Again, run: Iterable[EpochEnd | RunRecord]) -> Iterator[Check]:
    """Train a job by going through its run; yield how losses, scores and predictions compare with its record's."""
    events = list(run)
    record = next(event for event in events if isinstance(event, RunRecord))
    point = f"trained again: {chosen.record.key}"
    if record.error:
        yield Check(point, Outcome.FAULT, record.error)
        return
    differences = list(_differences(certificate, chosen.record, record, events))
    if not differences:
        yield Check(point, Outcome.OK, "losses, scores and predictions are equal")
        return
    yield from _near(certificate, chosen.record, record, "; ".join(differences))


def _differences(
    certificate: Opened, before: RunRecord, after: RunRecord, events: Sequence[EpochEnd | RunRecord]
) -> Iterator[str]:
    """Name what differs; losses as they are written, with six digits."""
    losses = [f"{event.loss:.6g}" for event in events if isinstance(event, EpochEnd)]
    recorded = [f"{point.loss:.6g}" for point in certificate.curves.get(before.key, [])]
    if losses != recorded:
        first = next((n for n, (a, b) in enumerate(zip(losses, recorded, strict=False)) if a != b), 0)
        yield f"losses from epoch {first + 1} on"
    for name, value in before.metrics.items():
        if not isclose(after.metrics.get(name, inf), value, rel_tol=1e-12, abs_tol=1e-12):
            yield f"{name}: {value:g}, now {after.metrics.get(name, inf):g}"
    kept = certificate.predictions.get(before.key)
    if kept is not None and encode(kept) != after.predictions:
        yield "predictions"


def _near(certificate: Opened, before: RunRecord, after: RunRecord, difference: str) -> Iterator[Check]:
    """Judge a run that is not equal by what one more run may be; other machines round otherwise."""
    mine = [(cell, stated) for cell, stated in certificate.stated if stated["recipe"] == before.key.fingerprint]
    for cell, stated in mine:
        yield _one(certificate, cell, stated, after, difference)


def _one(certificate: Opened, cell: Cell, stated: Json, after: RunRecord, difference: str) -> Check:
    point = f"trained again: {cell.name}, {cell.metric.name}"
    expected = one_more_run(rejudge(cell, stated, certificate.records_of(stated)))
    value = after.metrics.get(cell.metric.name)
    if expected is None or value is None or stated["folds"] > 1:
        return Check(point, Outcome.UNCHECKED, f"not equal ({difference}); one value alone cannot be judged")
    low, high = expected
    text = f"not equal ({difference}); one more run may be {low:g} to {high:g}, it is {value:g}"
    return judged(point, "" if low <= value <= high else text, text)
