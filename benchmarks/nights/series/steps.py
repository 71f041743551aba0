"""Steps in the seconds, the speed and the memory of a recipe over its nights. The only door to ruptures."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry, Kind
from benchmarks.nights.series.load import is_quiet
from benchmarks.nights.series.states import States

FEWEST = 3  # points on each side of a step
MOST = 200  # points, the last ones
LEAST = {"seconds": 1.2, "examples per second": 1.2, "memory": 1.1}  # a smaller step is not worth a line
FINEST = 0.02  # the noise of a logarithm is taken for no less
PENALTY = 4.0
QUANTITIES: dict[str, Callable[[Entry], float]] = {
    "seconds": lambda entry: entry.record.seconds,
    "examples per second": lambda entry: entry.record.examples_per_second,
    "memory": lambda entry: float(entry.record.peak_device_bytes or entry.record.peak_bytes),
}


class Step(NamedTuple):
    """A change of level that has lasted until the last night with runs enough to tell."""

    cell: str
    kind: str  # of the runs: "rerun" or "new"
    quantity: str
    before: float  # medians, in seconds, examples per second or bytes
    after: float
    night: int  # the first one of the new level
    date: str
    commit: str
    changed: str  # what changed with it; empty where nothing did
    place: str = ""  # device and back end; earlier versions did not name them

    @property
    def is_slower(self) -> bool:
        """Return whether a run takes longer."""
        return self.quantity != "memory" and (self.after > self.before) == (self.quantity == "seconds")

    def is_as(self, earlier: dict[str, Any]) -> bool:
        """Return whether an earlier night has named this step."""
        names = ("cell", "kind", "quantity", "night", "place")
        return all(earlier.get(name, getattr(self, name)) == getattr(self, name) for name in names)


def steps(
    planned: Sequence[Planned], entries: Sequence[Entry], states: States, night: int, dates: dict[int, str]
) -> list[Step]:
    """Return the steps of every recipe that ran tonight; runs beside other load are left out.

    `dates` has the date of each night. A step is known from its second night on: one slow night is not one. It
    is known at once where code, versions or machine changed with it.
    """
    cells = {one.fingerprint: one for one in reversed(planned)}
    found = []
    for (mark, *_), series in _series(entries, night).items():
        mine = [_step(cells[mark], series, quantity, states, dates) for quantity in QUANTITIES]
        known = [one for one in mine if one is not None]
        if any(one.quantity == "seconds" for one in known):  # examples per second would say it again
            known = [one for one in known if one.quantity != "examples per second"]
        found += known
    return found


def lasts(step: Step, planned: Sequence[Planned], entries: Sequence[Entry]) -> bool:
    """Return whether the last runs are still slower than the level before a step."""
    marks = {one.fingerprint for one in planned if one.cell.name == step.cell}
    value = QUANTITIES[step.quantity]
    mine = [
        value(entry)
        for entry in entries
        if _is_comparable(entry)
        and value(entry) > 0
        and (entry.record.key.fingerprint in marks, entry.kind, _place(entry)) == (True, step.kind, step.place)
    ]
    if not mine:
        return False
    ratio = median(mine[-FEWEST:]) / step.before
    return max(ratio, 1 / ratio) >= LEAST[step.quantity] and (ratio > 1) == (step.quantity == "seconds")


def _place(entry: Entry) -> str:
    return f"{entry.record.device}, {entry.record.key.backend}"


def _is_comparable(entry: Entry) -> bool:
    return entry.kind != Kind.FOUND and bool(entry.record.metrics) and is_quiet(entry.load)


def _series(entries: Sequence[Entry], night: int) -> dict[tuple, list[Entry]]:
    """Return the runs that can be compared, by recipe, device and manner; those alone that tonight added to."""
    series: dict[tuple, list[Entry]] = {}
    for entry in entries:
        record = entry.record
        if _is_comparable(entry):
            place = (record.key.fingerprint, record.device, record.key.backend, record.threads, entry.kind)
            series.setdefault(place, []).append(entry)
    return {place: mine[-MOST:] for place, mine in series.items() if mine[-1].night == night}


def _step(
    planned: Planned, series: list[Entry], quantity: str, states: States, dates: dict[int, str]
) -> Step | None:
    value = QUANTITIES[quantity]
    points = [entry for entry in series if value(entry) > 0]
    parts = _without_short(_parts([value(entry) for entry in points], LEAST[quantity]), points, states)
    if len(parts) < 2:
        return None
    old, new = (points[begin:end] for begin, end in parts[-2:])
    last_night = [entry for entry in new if entry.night == new[-1].night]
    before, after, now = (median(map(value, part)) for part in (old, new, last_night))
    if max(before / after, after / before) < LEAST[quantity]:
        return None
    if abs(math.log(now / after)) > abs(math.log(now / before)):  # one slow night, and a usual one
        return None
    first, changed = new[0], "; ".join(states.changed(old[-1], new[0], planned))
    if not changed and new[-1].night == first.night:
        return None
    about = (first.night, dates.get(first.night, ""), first.record.commit, changed, _place(first))
    return Step(planned.cell.name, first.kind, quantity, before, after, *about)


def _parts(values: Sequence[float], least: float) -> list[tuple[int, int]]:
    """Return the begin and end of each stretch of one level; of all, where no two values differ by a step."""
    if len(values) < 2 * FEWEST or max(values) < least * min(values):
        return [(0, len(values))]
    import numpy as np
    import ruptures

    logarithms = np.log(values)
    jumps = np.diff(logarithms)
    spread = 1.4826 * float(np.median(np.abs(jumps - np.median(jumps)))) / math.sqrt(2)
    signal = (logarithms / max(spread, FINEST)).reshape(-1, 1)
    search = ruptures.Pelt(model="l1", min_size=FEWEST, jump=1).fit(signal)
    return _between(logarithms, [0, *search.predict(pen=PENALTY * math.log(len(values)))])


def _between(values: Any, borders: list[int]) -> list[tuple[int, int]]:
    """Return the stretches between borders, each moved to where the values change sides.

    The search gives every stretch three points, if need be by points of the level before.
    """
    for place, (begin, border, end) in enumerate(zip(borders, borders[1:], borders[2:], strict=False), start=1):
        old, new = median(values[begin:border]), median(values[border:end])
        is_old = abs(values - old) < abs(values - new)
        while border < end and is_old[border]:
            border += 1
        while border > begin and not is_old[border - 1]:
            border -= 1
        borders[place] = border
    return list(pairwise(borders))


def _without_short(parts: list[tuple[int, int]], points: Sequence[Entry], states: States) -> list[tuple[int, int]]:
    """Leave out the levels of few points, and those in between that one night had, and nothing explains."""
    kept = []
    for begin, end in parts:
        if end - begin < FEWEST:
            continue
        is_between = begin > 0 and end < len(points)
        is_one_night = points[begin].night == points[end - 1].night
        if not (is_between and is_one_night and states.same(points[begin - 1], points[begin])):
            kept.append((begin, end))
    return kept


def in_words(step: Step) -> str:
    """Return a step as a line."""
    unit = {"seconds": " s", "examples per second": " examples per second", "memory": " MB of memory"}[
        step.quantity
    ]
    scale = 2**20 if step.quantity == "memory" else 1
    before, after = (
        f"{value / scale:.3g}" if value / scale < 100 else f"{value / scale:.0f}" for value in step[3:5]
    )
    since = f"since night {step.night} of {step.date}, commit {step.commit}"
    changed = f". Changed: {step.changed}" if step.changed else ""
    return f"{step.cell}: from {before}{unit} to {after}{unit} {since}{changed}"
