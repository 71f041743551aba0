"""Twin probes that were made: which changes of code left the numbers as they were, and which did not.

`results/rechecked.csv` has one line a probe. Git keeps it, so that a change is probed once for everybody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.evidence.source import ROOT
from benchmarks.streams import masked
from data_pipelines.cache import cache_folder
from results.ledger import Ledger
from results.records import Digests


class Outcome(StrEnum):
    """What a twin probe found."""

    EQUAL = "equal"
    UNEQUAL = "unequal"  # the records of the code before are retired
    ACCEPTED = "accepted"  # written by a person for "unequal", with the reason why the records still count
    FAILED = "failed"  # one of the two could not run; the reason says which


FOLDERS = re.compile(r"(?<![\w.:/])/(?:[^\s/:,;]+/)+")  # of a path: they are of one machine
SAME = (Outcome.EQUAL, Outcome.ACCEPTED)


class Recheck(NamedTuple):
    """One twin probe: a cell trained by the code before and by the code after a change."""

    before: Digests
    after: Digests
    paper: str
    table: str
    row: str
    column: str
    backend: str
    commit_before: str
    commit: str
    files: str  # "look-alike" or "real"
    outcome: Outcome
    reason: str = ""  # what differs, or what failed
    date: str = ""


COLUMNS = (
    *(f"{name}_before" for name in Digests._fields),
    *Digests._fields,
    *Recheck._fields[2:],
)


def rechecked_ledger(root: Path = ROOT) -> Ledger:
    """Return the file of probes of this checkout."""
    return Ledger(root / "results" / "rechecked.csv", COLUMNS)


def outside_ledger() -> Ledger:
    """Return the file of probes of papers from outside: it is the user's, as the papers are."""
    return Ledger(cache_folder().parent / "rechecked.csv", COLUMNS)


class Rechecks:
    """All probes, and what follows from them: equal is equal in both directions and along chains."""

    def __init__(self, probes: Sequence[Recheck]) -> None:
        self.probes = probes

    @classmethod
    def read(cls, ledger: Ledger | None = None) -> "Rechecks":
        """Read the probes of a file, by default of this checkout and of the user; torn lines are left out.

        What was read is kept until a file changes: every judgement asks for it.
        """
        ledgers = [ledger] if ledger else [rechecked_ledger(), outside_ledger()]
        return _read(tuple((one.path, _state(one.path)) for one in ledgers))

    def same(self, one: Digests, other: Digests) -> bool:
        """Return whether two states of the code are known to compute the same."""
        return one == other or self._group(one) == self._group(other)

    def without_accepted(self) -> "Rechecks":
        """Return the probes but those by which a person let unequal records count."""
        return Rechecks([probe for probe in self.probes if probe.outcome != Outcome.ACCEPTED])

    def knows(self, one: Digests, other: Digests) -> bool:
        """Return whether a probe has compared two states; one that failed has not."""
        probe = self.verdict(one, other)
        return self.same(one, other) or (probe is not None and probe.outcome != Outcome.FAILED)

    def verdict(self, one: Digests, other: Digests) -> Recheck | None:
        """Return the last probe that holds two states apart, or that failed between them."""
        return self._last_of_pairs.get(frozenset({self._group(one), self._group(other)}))

    def equal(self, code: Digests) -> list[tuple[str, Digests]]:
        """Return the commits that were found to compute the same, with their digests there, the newest first."""
        same = [p for p in self.probes if p.outcome in SAME and self._group(p.after) == self._group(code)]
        return list(dict.fromkeys((probe.commit, probe.after) for probe in reversed(same)))

    @cached_property
    def _last_of_pairs(self) -> Mapping[frozenset[Digests], Recheck]:
        ordered = sorted(
            self.probes, key=lambda probe: probe.outcome != Outcome.FAILED
        )  # a failure hides no other
        return {frozenset({self._group(p.before), self._group(p.after)}): p for p in ordered}

    def _group(self, code: Digests) -> Digests:
        return self._groups.get(code, code)

    @cached_property
    def _groups(self) -> Mapping[Digests, Digests]:
        """Name each state of the code by one that computes the same."""
        groups: dict[Digests, Digests] = {}
        for probe in self.probes:
            if probe.outcome in SAME:
                old, new = (groups.setdefault(code, code) for code in (probe.before, probe.after))
                groups |= {code: new for code, name in groups.items() if name == old}
        return groups


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, tuple[int, ...]], ...]) -> Rechecks:
    """Return the probes of files, each with its state."""
    return Rechecks([probe for path, _ in files for probe in Ledger(path, COLUMNS).read(_parsed)[0]])


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file is written; nothing without a file."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def write(probes: Iterable[Recheck], ledger: Ledger | None = None) -> None:
    """Append probes, dated today, without the secrets and folders that an error may name."""
    today = datetime.now(UTC).date().isoformat()
    (ledger or rechecked_ledger()).append(
        [line_of(probe._replace(date=today, reason=FOLDERS.sub("", masked(probe.reason)))) for probe in probes]
    )


def line_of(probe: Recheck) -> list[str]:
    """Return a probe as a line of its file."""
    return [*probe.before, *probe.after, *map(str, probe[2:])]


def _parsed(line: Mapping[str, str]) -> Recheck:
    before, after = (Digests(*(line[f"{name}{which}"] for name in Digests._fields)) for which in ("_before", ""))
    others: dict[str, Any] = {name: line[name] for name in Recheck._fields[2:]}
    return Recheck(before, after, **(others | {"outcome": Outcome(line["outcome"])}))
