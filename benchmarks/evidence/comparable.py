"""In what two groups of runs differ beside their conditions."""

from collections.abc import Callable, Collection, Sequence

from benchmarks.evidence.rechecks import Rechecks
from results.records import RunRecord

OURS = "retable"  # its version does not matter where the digests of its code are equal


def differences(
    first: Sequence[RunRecord], second: Sequence[RunRecord], conditions: Collection[str], rechecks: Rechecks
) -> list[str]:
    """Name what differs between two groups, other than their conditions, such as "backend" or "device"."""
    names: dict[str, Callable[[RunRecord], str]] = {
        "commit": lambda record: _code(record, first[0], rechecks),
        "data": lambda record: record.data_hash,
        "device": lambda record: record.device,
    }
    found = [
        f"{'code' if name == 'commit' else name}: {one} and {other}"
        for name, of in names.items()
        if name not in conditions and (one := _texts(first, of)) != (other := _texts(second, of))
    ]
    return found if "versions" in conditions else found + _packages(first, second)


def _texts(records: Sequence[RunRecord], of: Callable[[RunRecord], str]) -> str:
    return " or ".join(sorted({of(record) for record in records}))


def _code(record: RunRecord, other: RunRecord, rechecks: Rechecks) -> str:
    """Return the commit that stands for the code of a record: of code that computes the same, one for all."""
    return other.commit if rechecks.same(record.code, other.code) else record.commit


def _packages(first: Sequence[RunRecord], second: Sequence[RunRecord]) -> list[str]:
    """Name the packages that both groups use in other versions."""
    one, other = _versions(first), _versions(second)
    return [
        f"{name}: {' or '.join(sorted(one[name]))} and {' or '.join(sorted(other[name]))}"
        for name in one
        if name in other and name != OURS and one[name] != other[name]
    ]


def _versions(records: Sequence[RunRecord]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for record in records:
        words = record.versions.split()
        for name, version in zip(words[::2], words[1::2], strict=False):
            found.setdefault(name, set()).add(version)
    return found
