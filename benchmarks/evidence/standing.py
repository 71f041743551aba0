"""Which records of a recipe count today: those of today's code, and of code that is known to compute the same."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from benchmarks.evidence.history import changes, newest_equal
from benchmarks.evidence.rechecks import Outcome, Rechecks
from benchmarks.jobs import Planned
from results.records import Digests, RunRecord


class Standing(NamedTuple):
    """The records of a cell that are shown, and what is to be known about them."""

    shown: list[RunRecord]
    stale: str = ""  # why they may not be today's numbers; empty where they are
    retired: int = 0  # records left out, because their code computed other numbers


def current(planned: Iterable[Planned], records: Iterable[RunRecord]) -> list[RunRecord]:
    """Return the records that today's code made, or code that is known to compute the same."""
    rechecks, cells = Rechecks.read(), {one.fingerprint: one for one in planned}
    return [r for r in of_recipes(planned, records) if rechecks.same(r.code, cells[r.key.fingerprint].code)]


def of_recipes(planned: Iterable[Planned], records: Iterable[RunRecord]) -> list[RunRecord]:
    """Return the records of the recipes of some cells, whatever code made them."""
    fingerprints = {one.fingerprint for one in planned}
    return [record for record in records if record.key.fingerprint in fingerprints]


def standing(planned: Planned, records: Sequence[RunRecord], rechecks: Rechecks) -> Standing:
    """Return the records of today's code; without any, the newest ones of another code, as stale.

    `records` are all of the recipe's fingerprint.
    """
    todays, stale, retired = [], [], 0
    for record in records:
        probe = rechecks.verdict(record.code, planned.code)
        if rechecks.same(record.code, planned.code):
            todays.append(record)
        elif probe and probe.outcome == Outcome.UNEQUAL:
            retired += 1
        else:
            stale.append(record)
    if todays or not stale:
        return Standing(todays, "", retired)
    newest = max(stale, key=lambda record: record.finished)
    shown = [record for record in stale if rechecks.same(record.code, newest.code)]
    return Standing(shown, _why(planned, newest, rechecks), retired)


def _why(planned: Planned, record: RunRecord, rechecks: Rechecks) -> str:
    if not any(record.code):
        return f"made at {record.commit}, by a version that did not record its code"
    probe = rechecks.verdict(record.code, planned.code)
    since, _ = newest_equal(planned.recipe, record.commit, record.code, rechecks)
    tried = f"; no probe was possible: {probe.reason}" if probe else ""
    known = _known_changes()
    if (planned.code, since) not in known:
        known[planned.code, since] = changes(planned.recipe, since)
    return f"code changed since {since}: {known[planned.code, since]}{tried}"


@cache
def _known_changes() -> dict[tuple[Digests, str], str]:
    """Return where the names of what changed are kept for other cells of the same code."""
    return {}
