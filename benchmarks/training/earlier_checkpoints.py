"""Checkpoints of code that has changed since: jobs continue from those of code that computes the same."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Job
from benchmarks.training.checkpoints import (
    UNREADABLE,
    about,
    folder_of,
    folders_of_paper,
    is_ours,
    mode_of,
    path_of,
    remove,
)
from data_pipelines.whole_files import content_of, intact, sealed_path
from results.records import Digests, JobKey, RunRecord


class Earlier(NamedTuple):
    """A checkpoint, and what its job was when it was written."""

    path: Path
    key: JobKey
    mode: str
    commit: str
    code: Digests
    seconds: float  # of work
    is_comparable: bool = True  # whether a recheck may yet find that its code computes the same

    @property
    def is_of_commit(self) -> bool:
        return not self.commit.endswith("+")


def adopt(jobs: Sequence[Job], rechecks: Rechecks) -> list[Earlier]:
    """Let jobs continue from their longest checkpoint of equal code; return the longest of each job that can't.

    What a person has accepted as unequal is not equal: half of a training would be of each.
    """
    left, equal = [], rechecks.without_accepted().same
    found = {name: waiting(folder_of(name)) for name in {job.records for job in jobs}}
    for job in jobs:
        mine = [one for one in found[job.records] if _is_of(one, job)]
        longest = sorted(mine, key=lambda one: one.seconds, reverse=True)
        if not any(equal(one.code, job.code) and _is_taken(one.path, job) for one in longest):
            left += [one._replace(is_comparable=_is_comparable(one, job, rechecks)) for one in longest[:1]]
    return left


def _is_of(one: Earlier, job: Job) -> bool:
    return (one.key.identity, one.mode) == (job.key.identity, mode_of(job))


def _is_comparable(one: Earlier, job: Job, rechecks: Rechecks) -> bool:
    """Return whether a recheck may help: it compares commits, by the paper's own settings, once."""
    return one.is_of_commit and not (job.options.is_trial or rechecks.knows(one.code, job.code))


def as_records(paper: str) -> list[RunRecord]:
    """Return a record without results for each checkpoint of a paper that a commit wrote, for a recheck."""
    found = [one for folder in folders_of_paper(paper) for one in waiting(folder) if one.is_of_commit]
    return [RunRecord(one.key, {}, commit=one.commit, code=one.code) for one in found]


def waiting(folder: Path) -> list[Earlier]:
    """Return the checkpoints in a folder that these libraries could read, whatever code wrote them."""
    return list(_readable(path for path in sorted(folder.glob("*.npz")) if not path.name.startswith(".")))


def _readable(paths: Iterable[Path]) -> Iterable[Earlier]:
    for path in paths:
        with suppress(*UNREADABLE):  # one of an earlier version does not say whose it is
            facts = about(path)
            job, seconds = facts["job"], float(facts["spent_seconds"])
            if is_ours(facts):
                yield Earlier(
                    path, JobKey(*job["key"]), job["mode"], job["commit"], Digests(*job["code"]), seconds
                )


def _is_taken(path: Path, job: Job) -> bool:
    """Put a checkpoint where a job looks for its own, unless it is damaged or the disk is full."""
    if path == path_of(job):
        return True
    if not intact(path):
        return False
    with suppress(OSError):
        with sealed_path(path_of(job)) as temporary:
            temporary.write_bytes(content_of(path))
        remove(path)
        return True
    return False
