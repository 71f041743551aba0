"""Jobs that have become worse than they were, by pairs: what closes a gate until it is mended or accepted."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.jobs import Planned
from benchmarks.nights.series.baseline import Baseline
from benchmarks.nights.series.journal import Entry
from benchmarks.nights.series.kept import Summary, name_of
from benchmarks.nights.series.pairs import BAD, Pairs, compared, in_words, noise, paired, side
from benchmarks.nights.series.states import Today
from results.comparison import FEWEST_PAIRS, LEVEL, Comparison, holm

Lasting = Mapping[str, Mapping[str, Any]]  # what is worse, by mark: `text`, `jobs` and the first `night`


class Milestone(NamedTuple):
    """A night whose runs are those to compare later ones with."""

    summary: Summary
    better: Sequence[str] | None = None  # marks of what it found better; None: it was accepted for all


class Tested(NamedTuple):
    """What pairs say; a mark is a recipe, a back end, a device and a metric."""

    worse: Lasting
    better: list[str]  # marks

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.worse.values()]


class _Test(NamedTuple):
    """The test of a cell on one device and back end."""

    mark: str
    since: str
    found: Comparison
    pairs: Pairs

    @property
    def is_made(self) -> bool:
        return self.found.is_deterministic or self.found.p_value is not None

    @property
    def is_bad(self) -> bool:
        return bool(self.found.difference) and side(self.found) in BAD

    def as_data(self, night: int) -> dict[str, Any]:
        text = f"{self.found.cell.name}, since {self.since}, by {in_words(self.found)}"
        return {"text": text, "jobs": [_job(entry) for entry in self.pairs.before], "night": night}


def milestones_of(summaries: Sequence[Summary], baseline: Baseline) -> list[Milestone]:
    """Return the nights that found runs better or were accepted, and the first one; or the one that a plan names.

    A night that found nothing worse is none, because it may have had too few pairs to find it; in an earlier
    version it was.
    """
    if baseline.is_named and baseline.summary:
        return [Milestone(baseline.summary)]
    found = [Milestone(one) for one in summaries[:1]]
    for one in summaries:
        if one["worse"] is None and not one["regressed"]:
            found.append(Milestone(one))
        found += [Milestone(then) for then in summaries if then["night"] == one["accepted"]]
        found += [Milestone(one, one["better"])] if one["better"] else []
    return sorted(found, key=lambda one: one.summary["night"])


def lasting_of(summaries: Sequence[Summary], baseline: Baseline) -> Lasting:
    """Return what the last night found worse; what a plan has accepted since is left out."""
    last = (summaries[-1]["worse"] or {}) if summaries else {}
    nights = [one["accepted"] for one in summaries if one["accepted"] is not None]
    accepted = max([*nights, baseline.night if baseline.is_named else -1])
    return {mark: one for mark, one in last.items() if one["night"] > accepted}


def judge_pairs(
    planned: Sequence[Planned],
    entries: Sequence[Entry],
    milestones: Sequence[Milestone],
    lasting: Lasting,
    today: Today,
    *,
    night: int,
) -> Tested:
    """Return what is worse by today's state than equal jobs before, and what is better.

    At 5 % after Holm over all cells, and by more than the standard deviation of the runs before. A system without
    randomness is worse by any difference to the bad side. What was worse stays so until its own jobs are not.
    """
    tests = [one for cell in planned for one in _tests(cell, entries, milestones, lasting, today)]
    new = [one for one in tests if one.is_made and one.mark not in lasting]
    shown = [one for one in new if one.found.is_deterministic and one.found.difference] + _beyond_noise(new)
    worse = {one.mark: one.as_data(night) for one in shown if one.is_bad}
    mended = {one.mark for one in tests if one.mark in lasting and _is_mended(one, lasting[one.mark])}
    planned_marks = tuple(f"{cell.fingerprint} " for cell in planned if cell.fingerprint)
    kept = {mark: one for mark, one in lasting.items() if mark not in mended and mark.startswith(planned_marks)}
    return Tested({**kept, **worse}, sorted(one.mark for one in shown if not one.is_bad))


def _is_mended(test: _Test, then: Mapping[str, Any]) -> bool:
    """Return whether jobs that were worse are not any more; too few of them say nothing."""
    if test.found.is_deterministic:
        return not test.is_bad
    is_known = test.is_made and test.found.pairs >= min(FEWEST_PAIRS, len(then["jobs"]))
    return is_known and not (test.is_bad and (test.found.p_value or 0.0) < LEVEL)


def _beyond_noise(tests: Sequence[_Test]) -> list[_Test]:
    """Return the tests that show a difference among all of them, and one larger than that of seeds."""
    random = [one for one in tests if not one.found.is_deterministic]
    corrected = holm([one.found.p_value or 0.0 for one in random])
    return [
        one
        for one, p_value in zip(random, corrected, strict=True)
        if p_value < LEVEL and abs(one.found.difference or 0.0) > noise(one.found, one.pairs.before)
    ]


def _tests(
    cell: Planned, entries: Sequence[Entry], milestones: Sequence[Milestone], lasting: Lasting, today: Today
) -> list[_Test]:
    """Return a test for each device and back end on which a cell has pairs; of what lasts, by its own jobs."""
    found = []
    for mark, group in _by_mark(cell, entries).items():
        known = [one for one in milestones if one.better is None or mark in one.better]
        old, new = _split(group, known, mark)
        if mark in lasting:
            new = [entry for entry in new if _job(entry) in lasting[mark]["jobs"]]
        pairs = paired(old, (entry for entry in new if today.made(entry, cell)))
        if test := compared(cell, pairs):
            found.append(_Test(mark, name_of(known[-1].summary) if known else "their first ones", test, pairs))
    return found


def _by_mark(cell: Planned, entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return the finished runs of a cell, apart by device and back end."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        key, device = entry.record.key, entry.record.device
        if cell.fingerprint and key.fingerprint == cell.fingerprint and entry.record.metrics:
            mark = f"{key.fingerprint} {key.backend} {device} {cell.cell.metric.name}"
            found.setdefault(mark, []).append(entry)
    return found


def _split(group: Sequence[Entry], milestones: Sequence[Milestone], mark: str) -> tuple[list[Entry], list[Entry]]:
    """Return one run of each job to compare with, and the later ones.

    It is the first, or the last until a milestone. Where runs became better, or a plan accepted that they were
    worse, jobs that had not shown it wait for their next run.
    """
    old: dict[tuple, Entry] = {}
    begin = -1
    for summary, better in milestones:
        last = {entry.identity: entry for entry in _later(old, group, begin, summary["night"])}
        begin = summary["night"]
        accepted = (summary["worse"] or {}).get(mark)
        if better is not None:
            old = last
        elif accepted:
            old = {name: e for name, e in (old | last).items() if _job(e) in accepted["jobs"]}
        else:
            old |= last
    later = _later(old, group, begin, group[-1].night)
    return list(old.values()), later


def _later(old: dict[tuple, Entry], group: Sequence[Entry], begin: int, end: int) -> list[Entry]:
    """Return the runs of some nights that have one to compare with; of other jobs the first becomes that one."""
    mine = [entry for entry in group if begin < entry.night <= end]
    return [entry for entry in mine if old.setdefault(entry.identity, entry) is not entry]


def _job(entry: Entry) -> list[int]:
    """Return a job of a mark as a summary has it."""
    return [entry.record.key.fold, entry.record.key.seed]
