"""Records that are sent to MLflow later: those that it lacks, and what an earlier version did not send."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.jobs import Planned
from benchmarks.recipe import NotAttempted, settings
from benchmarks.reproduce import by_place, verdicts
from benchmarks.tracked.about import of_cells, of_job
from data_pipelines.cache import cache_folder
from results.records import RecordFiles, RunRecord
from results.tracking.receipts import Receipts, content_of
from results.tracking.tracker import Tracker


class Tracked(NamedTuple):
    """How many runs were sent, were there, were there without their data or files, and have no recipe today."""

    sent: int
    known: int
    completed: int
    unknown: int


def receipts(folder: Path, uri: str) -> Receipts:
    """Return the receipts, in the cache of this machine, of a folder of records and the store at an address."""
    return Receipts(cache_folder().parent / "tracked", uri, folder)


def track(
    planned: Sequence[Planned],
    files: RecordFiles,
    tracker: Tracker,
    kept: Receipts | None = None,
    *,
    check: bool = True,
) -> Tracked:
    """Send to MLflow the records of a paper that it lacks, and its verdicts.

    Without `check`, MLflow is not asked where a kept receipt holds. Whoever keeps receipts writes them at the end.
    """
    places, records = by_place(planned), files.records()
    recipes = {one.fingerprint: one.recipe for one in planned if not isinstance(one.recipe, NotAttempted)}
    known = [r for r in records if r.key[1:4] in places and r.key.fingerprint in recipes]
    judged, about = verdicts(planned, records), of_cells(planned, files.folder)
    content = content_of(tracker.about, known, judged, about)
    done: list[bool] = []
    if check or kept is None or not kept.hold(tracker.paper, content):
        with tracker.many():
            tracker.tidy()
            missing = [record for record in known if tracker.lacks(record)]
            done = _send(missing, planned, files, tracker) if missing else []
            tracker.send_verdicts(judged, about)
    if kept and tracker.has_all:
        kept.give(tracker.paper, content)
    sent = sum(done)
    return Tracked(sent, len(known) - sent, len(done) - sent, len(records) - len(known))


def _send(
    missing: Sequence[RunRecord], planned: Sequence[Planned], files: RecordFiles, tracker: Tracker
) -> list[bool]:
    """Send records or complete their runs; return for each of those whether it was new."""
    places, curves, predictions = by_place(planned), files.curves(), files.predictions()
    by_fingerprint = {one.fingerprint: one for one in planned}
    tracker.send_cells([places[place].cell for place in dict.fromkeys(r.key[1:4] for r in missing)])
    last = {record.key: record for record in missing if not record.error}  # whose predictions are kept
    done: list[bool] = []
    for record in missing:
        one = replace(by_fingerprint[record.key.fingerprint], cell=places[record.key[1:4]].cell)
        kept = predictions.get(record.key) if last.get(record.key) is record else None
        about, curve = of_job(one, record, files.folder, kept), curves.get(record.key, [])
        if tracker.send(one.cell, record, curve, settings_of(one), about):
            done.append(True)
        elif tracker.send_missing(record, curve, about):
            done.append(False)
    return done


def settings_of(planned: Planned) -> dict[str, str]:
    """Return the settings of a cell's recipe as flat names and texts; none without a recipe."""
    return {} if isinstance(planned.recipe, NotAttempted) else settings(planned.recipe)
