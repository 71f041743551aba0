"""Records of another machine, taken into a folder of records: none twice, and what they change in the verdicts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.evidence.rechecks import Rechecks
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable
from results.ledger import ResultsError
from results.predictions import encode
from results.records import RecordFiles, RunRecord
from results.tables import ours
from results.verdicts import Verdict


class Merged(NamedTuple):
    """What merging the records of a paper has done."""

    added: int
    known: int  # left out, because a run of the same job by the same code is here
    trials: int  # left out, because they never count
    changes: list[str]  # of verdicts, in words


def merge(table: PaperTable, source: Path, target: Path) -> Merged:
    """Add the records, curves and predictions of a paper from one folder to another. Raises ResultsError."""
    if source.resolve() == target.resolve():
        raise ResultsError(f"{source} is the folder of your records. Expected another one.")
    theirs, mine = RecordFiles(table.paper, source), RecordFiles(table.paper, target)
    found = [record for record in theirs.records() if not record.error]
    last = {record.key: record for record in found}  # a curve and predictions are those of the last run of a job
    counting = [record for record in last.values() if not record.commit.endswith("+")]
    if not counting:
        return Merged(0, 0, len(found), [])
    before, after = take(theirs, mine, counting)
    planned, new = table.plan(), len(after) - len(before)
    changes = list(_changes(verdicts(planned, before), verdicts(planned, after)))
    return Merged(new, len(counting) - new, len(found) - len(counting), changes)


def take(
    theirs: RecordFiles, mine: RecordFiles, records: Sequence[RunRecord]
) -> tuple[list[RunRecord], list[RunRecord]]:
    """Append records that are new here, with curves and predictions; return those before and after."""
    with mine.lock():
        mine.repair()
        before = mine.records()
        _append(_new(records, before), theirs, mine)
        return before, mine.records()


def _new(theirs: Iterable[RunRecord], mine: Iterable[RunRecord]) -> Iterator[RunRecord]:
    """Yield the records of jobs that the same code has not run here, or later: of two runs the earlier counts.

    So folders come to the same verdicts in whatever order they are merged.
    """
    rechecks, done = Rechecks.read(), [(r.key.identity, r.code, r.finished) for r in mine if not r.error]
    failures = {(r.key, r.finished) for r in mine if r.error}
    for record in theirs:
        if record.error:
            if (record.key, record.finished) not in failures:
                yield record
        elif not any(
            identity == record.key.identity and finished <= record.finished and rechecks.same(code, record.code)
            for identity, code, finished in done
        ):
            done.append((record.key.identity, record.code, record.finished))
            yield record


def _append(records: Iterable[RunRecord], theirs: RecordFiles, mine: RecordFiles) -> None:
    curves, predictions = theirs.curves(), theirs.predictions()
    for record in records:
        classes = predictions.get(record.key)
        whole = record if classes is None else replace(record, predictions=encode(classes))
        mine.append(whole, curves.get(record.key, []))


def _changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> Iterator[str]:
    """Yield a line for each cell whose runs are others now."""
    for old, new in zip(before, after, strict=True):
        if (old.answer, len(old.units)) != (new.answer, len(new.units)):
            yield f"{new.cell.name}, {new.cell.metric.name}: {_brief(old)} -> {_brief(new)}"


def _brief(verdict: Verdict) -> str:
    return f"{verdict.answer} ({ours(verdict) or 'no run'})"
