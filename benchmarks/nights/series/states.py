"""Under what a run was made, and in what two runs of one job differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmarks.evidence.history import changes
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Planned
from benchmarks.nights.series.journal import Entry
from benchmarks.nights.series.surroundings import as_names


def same_bits(one: Entry, other: Entry) -> bool:
    """Return whether two runs gave equal numbers, in all that is known of both."""
    return bool(one.record.metrics) and not unequal(one, other)


def unequal(one: Entry, other: Entry) -> list[str]:
    """Name what differs in the numbers of two runs: metrics, predicted classes, losses."""
    metrics = {**one.record.metrics, **other.record.metrics}
    found = [name for name in metrics if one.record.metrics.get(name) != other.record.metrics.get(name)]
    parts = {"predicted classes": (one.predictions, other.predictions), "losses": (one.curve, other.curve)}
    return found + [name for name, (old, new) in parts.items() if old and new and old != new]


def unknown(before: Entry, after: Entry) -> str:
    """Name what may have changed between two runs without being known to have."""
    code = ["code that a probe found equal"] if before.record.code != after.record.code else []
    threads = [] if before.record.threads else ["threads"]
    machine = [] if before.surroundings is not None else ["driver", "CUDA", "the processor's features"]
    return ", ".join(code + threads + machine)


@dataclass(frozen=True)
class States:
    """Compares the states of runs; two states of the code that were found to compute the same are one."""

    rechecks: Rechecks

    @classmethod
    def read(cls) -> "States":
        return cls(Rechecks.read())

    def same(self, one: Entry, other: Entry) -> bool:
        """Return whether nothing is known to have changed between two runs."""
        return self.same_code(one, other) and not _differing(one, other)

    def same_code(self, one: Entry, other: Entry) -> bool:
        return self.rechecks.same(one.record.code, other.record.code)

    def changed(self, before: Entry, after: Entry, planned: Planned) -> list[str]:
        """Name what changed between two runs, with old and new; nothing where nothing is known to have."""
        code = [] if self.same_code(before, after) else [self._code(before, planned)]
        return code + _differing(before, after)

    def _code(self, before: Entry, planned: Planned) -> str:
        key = (before.record.commit, planned.fingerprint)
        if key not in self._known:
            self._known[key] = changes(planned.recipe, before.record.commit)
        return f"code since {before.record.commit}: {self._known[key]}"

    @cached_property
    def _known(self) -> dict[tuple[str, str], str]:
        return {}


@dataclass(frozen=True)
class Today:
    """The state in which this night runs."""

    states: States
    versions: Mapping[str, str]
    surroundings: Mapping[str, str]

    def made(self, entry: Entry, planned: Planned) -> bool:
        """Return whether a run was made under what runs tonight, as far as is known."""
        before = as_names(entry.record.versions)
        versions = {name: text for name, text in self.versions.items() if name in before}
        is_same = all(before[name] == text for name, text in versions.items())
        machine = entry.surroundings in (None, self.surroundings)
        return is_same and machine and self.states.rechecks.same(entry.record.code, planned.code)


def _differing(before: Entry, after: Entry) -> list[str]:
    """Name what differs beside the code."""
    found = _named(as_names(before.record.versions), as_names(after.record.versions), both=True)
    if before.surroundings is not None and after.surroundings is not None:
        found += _named(before.surroundings, after.surroundings, both=False)
    old, new = before.record.threads, after.record.threads
    return found + ([f"threads {old} -> {new}"] if old and new and old != new else [])


def _named(before: Mapping[str, str], after: Mapping[str, str], *, both: bool) -> list[str]:
    names = [name for name in {**before, **after} if not both or (name in before and name in after)]
    pairs = [(name, before.get(name, "none"), after.get(name, "none")) for name in names]
    return [f"{name} {old} -> {new}" for name, old, new in pairs if old != new]
