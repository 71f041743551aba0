"""The night with which later ones are compared, and the verdicts that turned since."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.nights.series.kept import Summary, name_of
from benchmarks.nights.series.pairs import BAD
from data_pipelines.dataset import DataError
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


class Baseline(NamedTuple):
    """The night with which later ones are compared, and what was known then."""

    summary: Summary | None  # None before the first night
    verdicts: dict[Place, Known]
    is_named: bool = False  # by the plan

    @property
    def night(self) -> int:
        return -1 if self.summary is None else self.summary["night"]


def baseline_of(
    summaries: Sequence[Summary], wanted: str | None, today: tuple[str, str], closing: Sequence[str]
) -> Baseline:
    """Return the night that a plan names, or else the last one in which nothing had become worse.

    A commit may have several nights: the one that was accepted when the plan named it first stays the baseline.
    `today` are date and commit of the night that begins: it may name itself. `closing` are the lists of a summary
    that must be empty. Raises DataError for a name that no night has.
    """
    if wanted is None:
        open_nights = [one for one in summaries if not any(one[name] for name in closing)]
        return _until(open_nights, open_nights[-1] if open_nights else None)
    named = [one for one in summaries if _is_named(wanted, one["date"], one["commit"])]
    if not named and not _is_named(wanted, *today):
        names = dict.fromkeys(f"{one['date']} ({one['commit'] or 'no commit'})" for one in summaries)
        known = f"Known: {', '.join(list(names)[-MOST_NAMED:])}" if names else "No night is kept yet"
        raise DataError(f"baseline is {wanted!r}, and no night has this date or commit. {known}.")
    accepted = {one["accepted"] for one in summaries}
    last = next((one for one in named if one["night"] in accepted), named[-1] if named else None)
    return _until(summaries, last)._replace(is_named=True)


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
