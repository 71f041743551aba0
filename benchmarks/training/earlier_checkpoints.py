"""Checkpoints of code that has changed since: jobs continue from those whose code is known to compute the same."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.jobs import Job
from benchmarks.training.checkpoints import UNREADABLE, about, folder_of, mode_of, path_of, remove
from data_pipelines.whole_files import content_of, intact, sealed_path
from results.records import Digests, JobKey

Same = Callable[[Digests, Digests], bool]  # whether two states of the code are known to compute the same


class Earlier(NamedTuple):
    """A checkpoint, and what its job was when it was written."""

    path: Path
    key: JobKey
    mode: str
    commit: str
    code: Digests
    seconds: float  # of work


def adopt(jobs: Sequence[Job], same: Same) -> list[Earlier]:
    """Let jobs without a checkpoint continue from one of equal code; return the longest of each job that can't."""
    left = []
    found = {name: waiting(name) for name in {job.records for job in jobs}}
    for job in jobs:
        if path_of(job).exists():
            continue
        mine = [one for one in found[job.records] if one.key == job.key and one.mode == mode_of(job)]
        longest = sorted(mine, key=lambda one: one.seconds, reverse=True)
        if equal := next((one for one in longest if same(one.code, job.code) and _moved(one.path, job)), None):
            remove(equal.path)
        else:
            left += longest[:1]
    return left


def waiting(records: str) -> list[Earlier]:
    """Return the checkpoints that wait for a records file, whatever code wrote them."""
    return list(_readable(sorted(folder_of(records).glob("*.npz"))))


def _readable(paths: Iterable[Path]) -> Iterable[Earlier]:
    for path in paths:
        try:
            found = about(path)
            job, seconds = found["job"], float(found["spent_seconds"])
            yield Earlier(path, JobKey(*job["key"]), job["mode"], job["commit"], Digests(*job["code"]), seconds)
        except UNREADABLE:  # one of an earlier version does not say whose it is
            continue


def _moved(path: Path, job: Job) -> bool:
    """Copy a checkpoint to where a job looks for its own, unless it is damaged or the disk is full."""
    if not intact(path):
        return False
    with suppress(OSError):
        with sealed_path(path_of(job)) as temporary:
            temporary.write_bytes(content_of(path))
        return True
    return False
