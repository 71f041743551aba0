"""What has become worse since a baseline: verdicts that turned, and paired runs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry
from benchmarks.nights.series.kept import Summary, name_of
from benchmarks.nights.series.pairs import BAD, Pairs, compared, in_words, noise, paired, side
from benchmarks.nights.series.states import Today
from data_pipelines.dataset import DataError
from results.comparison import LEVEL, Comparison, holm
from results.tables import decimals, number
from results.verdicts import UNDECIDED, Answer, Verdict

GOOD = (Answer.REPRODUCED, Answer.NEAR, Answer.COMPATIBLE, Answer.BETTER)
MOST_NAMED = 10
Place = tuple[str, ...]  # paper, table, row, column, metric


class Known(NamedTuple):
    """The last verdict on a cell that some nights took."""

    answer: str
    mean: float | None
    n: int
    night: Summary


class Milestone(NamedTuple):
    """A night whose runs are those to compare later ones with."""

    summary: Summary
    better: Sequence[str] | None = None  # marks of the runs that it found better; None: it was accepted for all


class Baseline(NamedTuple):
    """The night with which later ones are compared, and what was known then."""

    summary: Summary | None  # None before the first night
    verdicts: dict[Place, Known]
    milestones: Sequence[Milestone] = ()  # in the order of their nights

    @property
    def night(self) -> int:
        return -1 if self.summary is None else self.summary["night"]

    def of_runs(self, mark: str) -> list[Milestone]:
        """Return the milestones of runs of a mark; without one, they are compared with the first of each job."""
        return [one for one in self.milestones if one.better is None or mark in one.better]


class Tested(NamedTuple):
    """What pairs say of the recipes on each device and back end."""

    worse: list[str]  # in words
    better: list[str]  # marks, each of a recipe, a back end and a device


def baseline_of(
    summaries: Sequence[Summary], wanted: str | None, today: tuple[str, str], closing: Sequence[str]
) -> Baseline:
    """Return the night that a plan names, or else the last one in which nothing had become worse.

    `today` are date and commit of the night that begins: it may name itself. `closing` are the lists of a summary
    that must be empty. Raises DataError for a name that no night has.
    """
    if wanted is None:
        open_nights = [one for one in summaries if not any(one[name] for name in closing)]
        found = _until(open_nights, open_nights[-1] if open_nights else None)
        return found._replace(milestones=_milestones(summaries, open_nights))
    named = [one for one in summaries if _is_named(wanted, one["date"], one["commit"])]
    if not named and not _is_named(wanted, *today):
        names = dict.fromkeys(f"{one['date']} ({one['commit'] or 'no commit'})" for one in summaries)
        known = f"Known: {', '.join(list(names)[-MOST_NAMED:])}" if names else "No night is kept yet"
        raise DataError(f"baseline is {wanted!r}, and no night has this date or commit. {known}.")
    return _until(summaries, named[-1] if named else None)._replace(milestones=[*map(Milestone, named[-1:])])


def _milestones(summaries: Sequence[Summary], open_nights: Sequence[Summary]) -> list[Milestone]:
    """Return the nights that found runs better, or that a plan accepted by their name.

    A night that found nothing worse is none, because it may have had too few pairs to find it; in an earlier
    version it was.
    """
    found = []
    for one in summaries:
        if one["better"] is None and one in open_nights:
            found.append(Milestone(one))
        found += [Milestone(then) for then in summaries if then["night"] == one["accepted"]]
        found += [Milestone(one, one["better"])] if one["better"] else []
    return sorted(found, key=lambda one: one.summary["night"])


def _is_named(wanted: str, day: str, commit: str) -> bool:
    plain = commit.removesuffix("+")
    is_commit = len(wanted) >= 4 and bool(plain) and (plain.startswith(wanted) or wanted.startswith(plain))
    return wanted == day or is_commit


def _until(summaries: Sequence[Summary], last: Summary | None) -> Baseline:
    if last is None:
        return Baseline(None, {})
    return Baseline(last, known([one for one in summaries if one["night"] <= last["night"]]))


def known(summaries: Sequence[Summary]) -> dict[Place, Known]:
    """Return the last verdict of each cell that was one on a published value, and not stale."""
    found = {}
    for summary in summaries:
        for cell in summary["cells"]:
            if cell["verdict"] not in UNDECIDED and not cell.get("stale"):
                found[_place(cell)] = Known(cell["verdict"], cell["mean"], cell["n"], summary)
    return found


def _place(cell: dict[str, Any]) -> Place:
    return tuple(cell[name] for name in ("paper", "table", "row", "column", "metric"))


def turned(judged: Sequence[Verdict], before: dict[Place, Known]) -> list[str]:
    """Name the cells whose verdict is another than before."""
    return [
        _turn(one, before[_of(one)]) for one in _decided(judged, before) if one.answer != before[_of(one)].answer
    ]


def turned_bad(judged: Sequence[Verdict], before: dict[Place, Known]) -> list[str]:
    """Name the cells whose verdict was good at the baseline and is bad now; a known miss is not one."""
    found = [one for one in _decided(judged, before) if one.answer in BAD]
    return [_turn(one, before[_of(one)]) for one in found if before[_of(one)].answer in GOOD]


def _decided(judged: Sequence[Verdict], before: dict[Place, Known]) -> list[Verdict]:
    return [one for one in judged if one.answer not in UNDECIDED and not one.stale and _of(one) in before]


def _of(verdict: Verdict) -> Place:
    return (*verdict.cell[:4], verdict.cell.metric.name)


def _turn(verdict: Verdict, before: Known) -> str:
    """Return a turn in words."""
    places = decimals(verdict.cell)
    then = f"{before.answer} ({number(before.mean, places)}, n {before.n}) in {name_of(before.night)}"
    now = f"{verdict.answer} ({number(verdict.mean, places)}, n {len(verdict.units)})"
    return f"{verdict.cell.name}, {verdict.cell.metric.title}: {then} -> {now}"


class _Test(NamedTuple):
    """The test of a cell on one device and back end."""

    mark: str
    since: str
    found: Comparison
    pairs: Pairs


def judge_pairs(planned: Sequence[Planned], entries: Sequence[Entry], baseline: Baseline, today: Today) -> Tested:
    """Name the cells whose runs by today's state are worse than equal jobs before, and mark those that are better.

    At 5 % after Holm over all cells, and by more than the standard deviation of the runs before. A system without
    randomness is worse by any difference to the bad side.
    """
    if baseline.summary is None:
        return Tested([], [])
    tests = [one for cell in planned for one in _tests(cell, entries, baseline, today)]
    fixed = [one for one in tests if one.found.is_deterministic and one.found.difference]
    random = [one for one in tests if not one.found.is_deterministic and one.found.p_value is not None]
    other = fixed + _beyond_noise(random)
    bad = [one for one in other if side(one.found) in BAD]
    return Tested(
        [f"{one.found.cell.name}, since {one.since}, by {in_words(one.found)}" for one in bad],
        sorted({one.mark for one in other} - {one.mark for one in bad}),
    )


def _beyond_noise(tests: Sequence[_Test]) -> list[_Test]:
    """Return the tests that show a difference among all of them, and one larger than that of seeds."""
    corrected = holm([one.found.p_value or 0.0 for one in tests])
    return [
        one
        for one, p_value in zip(tests, corrected, strict=True)
        if p_value < LEVEL and abs(one.found.difference or 0.0) > noise(one.found, one.pairs.before)
    ]


def _tests(cell: Planned, entries: Sequence[Entry], baseline: Baseline, today: Today) -> list[_Test]:
    """Return a test for each device and back end on which a cell has pairs."""
    mine: dict[str, list[Entry]] = {}
    for entry in entries:
        key, device = entry.record.key, entry.record.device
        if cell.fingerprint and key.fingerprint == cell.fingerprint and entry.record.metrics:
            mine.setdefault(f"{key.fingerprint} {key.backend} {device}", []).append(entry)
    found = []
    for mark, group in mine.items():
        milestones = baseline.of_runs(mark)
        old, new = _split(group, milestones)
        pairs = paired(old, (entry for entry in new if today.made(entry, cell)))
        since = name_of(milestones[-1].summary) if milestones else "their first ones"
        if test := compared(cell, pairs):
            found.append(_Test(mark, since, test, pairs))
    return found


def _split(group: Sequence[Entry], milestones: Sequence[Milestone]) -> tuple[list[Entry], list[Entry]]:
    """Return one run of each job to compare with, and the later ones.

    It is the first, or the last until a milestone. Where runs became better, a job that was not run again since
    waits for its next run.
    """
    old: dict[tuple, Entry] = {}
    begin = -1
    for summary, better in milestones:
        last = {entry.identity: entry for entry in _later(old, group, begin, summary["night"])}
        old, begin = (old | last if better is None else last), summary["night"]
    later = _later(old, group, begin, group[-1].night)
    return list(old.values()), later


def _later(old: dict[tuple, Entry], group: Sequence[Entry], begin: int, end: int) -> list[Entry]:
    """Return the runs of some nights that have one to compare with; of other jobs the first becomes that one."""
    mine = [entry for entry in group if begin < entry.night <= end]
    return [entry for entry in mine if old.setdefault(entry.identity, entry) is not entry]
