"""Which recorded jobs a night runs again: what changed first, then what was not checked for longest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.jobs import Job, Planned
from benchmarks.nights.series.journal import Entry, Kind
from benchmarks.nights.series.states import Today
from benchmarks.recipe import NotAttempted, Recipe


@dataclass(frozen=True)
class Candidate:
    """A recorded job that could run again, and what is known of it."""

    job: Job
    seconds: float  # that it took the last time
    threads: int  # with which it ran the last time; 0 if unknown
    checked: int  # the night in which it last ran again; 0 for never
    is_changed: bool  # code, versions or machine are not those of its last run


def candidates(
    planned: Sequence[Planned], entries: Sequence[Entry], today: Today, backend: str
) -> list[Candidate]:
    """Return the recorded jobs of cells in the order in which they should run again."""
    places = {one.fingerprint: one for one in reversed(planned) if not one.obstacle}
    last: dict[tuple, list[Entry]] = {}
    for entry in entries:
        if entry.record.key.backend == backend and entry.record.key.fingerprint in places:
            last.setdefault(entry.identity, []).append(entry)
    found = [_candidate(places[mine[-1].record.key.fingerprint], mine, today) for mine in last.values()]
    return _in_turns([one for one in found if one is not None])


def _candidate(planned: Planned, mine: Sequence[Entry], today: Today) -> Candidate | None:
    """Return a job from its entries, the last of which may be a rerun that failed."""
    done = [entry for entry in mine if entry.record.metrics]
    if isinstance(planned.recipe, NotAttempted) or not done:
        return None
    record = done[-1].record
    place = planned.key(record.key.fold, record.key.seed, record.key.backend)
    recipe = planned.recipe
    if isinstance(recipe, Recipe):
        recipe = replace(recipe, keep_weights=False)  # those of the record stay
    options = replace(planned.options, checkpoint_after=float("inf"))
    job = Job(place, recipe, options, planned.code, record.peak_bytes, f"rerun-{planned.cell.paper}")
    checked = max((entry.night for entry in mine if entry.kind == Kind.RERUN), default=0)
    is_changed = not today.made(mine[-1], planned)
    return Candidate(job, record.seconds, record.threads, checked, is_changed)


def _in_turns(found: Sequence[Candidate]) -> list[Candidate]:
    """Order candidates; those of one recipe take turns with others, so that each recipe has some tonight."""
    ranks: dict[tuple, int] = {}
    ordered = []
    for one in sorted(found, key=lambda one: (not one.is_changed, one.checked, one.job.key.seed)):
        group = (one.is_changed, one.checked, one.job.key.fingerprint)
        ranks[group] = ranks.get(group, -1) + 1
        ordered.append((not one.is_changed, one.checked, ranks[group], one))
    return [one for *_, one in sorted(ordered, key=lambda item: item[:3])]


def fitting(found: Sequence[Candidate], seconds: float) -> tuple[list[Candidate], int]:
    """Return the first candidates that fit into a time, and how many never would."""
    chosen, left = [], seconds
    for one in found:
        if one.seconds <= left:
            chosen.append(one)
            left -= one.seconds
    return chosen, sum(one.seconds > seconds for one in found)
