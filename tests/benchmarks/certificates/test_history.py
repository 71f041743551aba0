"""The history of margins is that of git's own objects."""

import pytest

from benchmarks.certificates.checks import Outcome
from benchmarks.certificates.contents import GIT, HISTORY
from benchmarks.certificates.measured.counts import resealed
from benchmarks.certificates.verifying import verify


def texts(files):
    return [check.text for check in verify(resealed(files)) if check.outcome == Outcome.FAULT]


CHANGES = {
    "no date": (b"T", b"T0", "malformed"),
    "another date": (b"+00:00", b"-01:00", "has another date"),
    "another margin": (b",8\n", b",7\n", "has another value or margin"),
}


@pytest.mark.parametrize(("before", "after", "fault"), CHANGES.values(), ids=CHANGES)
def test_another_history_is_noticed(before, after, fault, signed):
    rows = signed[HISTORY].splitlines(keepends=True)
    index = next(number for number, row in enumerate(rows) if row.endswith(b",8\n"))
    rows[index] = rows[index].replace(before, after)
    assert any(fault in text for text in texts(signed | {HISTORY: b"".join(rows)}))


def test_a_commit_of_the_history_that_is_missing_is_noticed(signed):
    older = signed[HISTORY].splitlines()[1].split(b",")[4].decode()
    forged = {name: content for name, content in signed.items() if name != f"{GIT}/{older}"}
    assert any(f"the certificate lacks commit {older[:12]}" in text for text in texts(forged))
