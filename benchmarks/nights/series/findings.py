"""What the runs of a night say, each beside the last run of its job on the same device."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry, Kind
from benchmarks.nights.series.pairs import Pairs, compared, in_words, paired_by
from benchmarks.nights.series.states import States, same_bits, unequal, unknown

MOST_NAMED = 3
Groups = dict[Any, list[tuple[Entry, Entry]]]  # runs before and now


class Weight(IntEnum):
    """How grave a finding is; the gravest are said first."""

    UNEXPLAINED = 0  # other numbers, although nothing changed
    CHANGED = 1
    UNKNOWN = 2  # nothing changed that is known, and not all is
    BEYOND = 3  # another device, beyond the margin
    ROUNDED = 4  # an accelerator without `deterministic`: equal seeds do not give equal bits
    ELSEWHERE = 5


class Finding(NamedTuple):
    """A difference in words."""

    weight: Weight
    text: str


@dataclass
class Counts:
    """How the runs of a night compare with earlier ones."""

    jobs: int = 0  # reruns, failed ones included
    equal: int = 0  # in all bits
    different: int = 0
    first: int = 0  # without an earlier run on this device
    failed: int = 0
    different_new: int = 0  # trained because the code changed, with other numbers


@dataclass(frozen=True)
class Night:
    """The entries of all nights, of which the last is being judged."""

    entries: Sequence[Entry]
    number: int
    planned: Sequence[Planned]
    states: States
    is_deterministic: bool

    def findings(self) -> tuple[Counts, list[Finding]]:
        """Return counts and differences, the gravest first."""
        counts = Counts()
        differing: Groups = {}
        elsewhere: Groups = {}
        last: dict[tuple, Entry] = {}
        for entry in self.entries:
            if entry.night == self.number and entry.kind != Kind.FOUND:
                self._file(entry, last, counts, (differing, elsewhere))
            if entry.record.metrics:
                last[entry.identity, entry.record.device] = entry
                last[entry.identity, None] = entry
        found = [self._differs(key, group) for key, group in differing.items()]
        found += [self._elsewhere(mark, group) for mark, group in elsewhere.items()]
        return counts, sorted(found, key=lambda one: one.weight)

    def _file(self, entry: Entry, last: dict, counts: Counts, groups: tuple[Groups, Groups]) -> None:
        """Count a run, and put it to those that differ in the same way."""
        is_rerun = entry.kind == Kind.RERUN
        counts.jobs += is_rerun
        if not entry.record.metrics:
            counts.failed += is_rerun
            return
        here = last.get((entry.identity, entry.record.device))
        before = here or last.get((entry.identity, None))
        mark = entry.record.key.fingerprint
        if before is None:
            counts.first += is_rerun
        elif same_bits(before, entry):
            counts.equal += is_rerun
        elif here is None:
            counts.first += is_rerun
            groups[1].setdefault(mark, []).append((before, entry))
        else:
            counts.different += is_rerun
            counts.different_new += not is_rerun
            changed = tuple(self.states.changed(here, entry, self._cells(mark)[0]))
            groups[0].setdefault((mark, changed), []).append((here, entry))

    def _cells(self, mark: str) -> list[Planned]:
        return [one for one in self.planned if one.fingerprint == mark]

    def _differs(self, key: tuple, group: list[tuple[Entry, Entry]]) -> Finding:
        mark, changed = key
        cells, jobs = self._cells(mark), _jobs(group)
        parts = dict.fromkeys(part for before, after in group for part in unequal(before, after))
        numbers = f"other numbers ({', '.join(parts)})"
        if changed:
            pairs = self._since_change(group[-1][1])
            text = f"{_name(cells)}: {jobs} gave {numbers}. Changed: {'; '.join(changed)}."
            return Finding(Weight.CHANGED, f"{text} {self._by_pairs(cells, pairs)}")
        pairs = Pairs([one for one, _ in group], [other for _, other in group])
        if _is_on_accelerator(group[-1][1]) and not self.is_deterministic:
            text = f"{_name(cells)}: {jobs} gave other bits, as accelerators do without `deterministic = true`."
            return Finding(Weight.ROUNDED, f"{text} {self._by_pairs(cells, pairs)}")
        if lacking := next((text for two in group if (text := unknown(*two))), ""):
            text = f"{_name(cells)}: {jobs} gave {numbers}. Nothing is known to have changed, but may have:"
            return Finding(Weight.UNKNOWN, f"{text} {lacking}. {self._by_pairs(cells, pairs)}")
        text = f"{_name(cells)}: {jobs} gave {numbers}, although nothing changed."
        return Finding(Weight.UNEXPLAINED, f"{text} {self._by_pairs(cells, pairs)}")

    def _since_change(self, today: Entry) -> Pairs:
        """Return the pairs of all nights since the state of a run began."""
        record = today.record
        mine = [
            entry
            for entry in self.entries
            if (entry.record.key.fingerprint, entry.record.key.backend, entry.record.device)
            == (record.key.fingerprint, record.key.backend, record.device)
        ]
        return paired_by(mine, lambda entry: self.states.same(entry, today))

    def _elsewhere(self, mark: str, group: list[tuple[Entry, Entry]]) -> Finding:
        """Return a finding on jobs that ran on this device for the first time."""
        cells, today = self._cells(mark), group[-1][1]
        here, backend = today.record.device, today.record.key.backend
        mine = [e for e in self.entries if (e.record.key.fingerprint, e.record.key.backend) == (mark, backend)]
        pairs = paired_by(mine, _made_on(here))
        far = any(self._is_beyond_margin(one, pairs) for one in cells)
        text = f"{_name(cells)}: first run(s) of {len(group)} job(s) on {here}, recorded on {_devices(group)}"
        text += "; beyond the margin" if far else ""
        return Finding(Weight.BEYOND if far else Weight.ELSEWHERE, f"{text}. {self._by_pairs(cells, pairs)}")

    @staticmethod
    def _is_beyond_margin(planned: Planned, pairs: Pairs) -> bool:
        found = compared(planned, pairs)
        if found is None or found.interval is None or planned.cell.margin is None:
            return False
        low, high = found.interval
        return low > planned.cell.margin or high < -planned.cell.margin

    @staticmethod
    def _by_pairs(cells: Sequence[Planned], pairs: Pairs) -> str:
        """Return what the pairs say about each metric of a recipe."""
        by_metric = {one.cell.metric.name: one for one in reversed(cells)}
        found = [compared(one, pairs) for one in reversed(by_metric.values())]
        texts = [in_words(one) for one in found if one is not None]
        return f"By {'; '.join(texts[:MOST_NAMED])}." if texts else ""


def _name(cells: Sequence[Planned]) -> str:
    names = list(dict.fromkeys(one.cell.name for one in cells))
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _jobs(group: Sequence[tuple[Entry, Entry]]) -> str:
    kinds = [entry.kind for _, entry in group]
    texts = [f"{kinds.count(Kind.RERUN)} rerun(s)"] if Kind.RERUN in kinds else []
    return " and ".join(texts + ([f"{kinds.count(Kind.NEW)} new run(s)"] if Kind.NEW in kinds else []))


def _devices(group: Sequence[tuple[Entry, Entry]]) -> str:
    return " or ".join(sorted({before.record.device for before, _ in group}))


def _made_on(device: str) -> Callable[[Entry], bool]:
    return lambda entry: entry.record.device == device


def _is_on_accelerator(entry: Entry) -> bool:
    """Return whether a run was made on something else than a processor, which names its cores."""
    return not entry.record.device.endswith(" cores)")
