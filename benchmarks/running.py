"""Where jobs run: a runner is a function from jobs to an iterator of events."""

from collections.abc import Iterable, Iterator

from benchmarks.training import Job, train
from results.records import EpochEnd, RunRecord


def run_here(jobs: Iterable[Job]) -> Iterator[EpochEnd | RunRecord]:
    """Run the jobs in this process, one after the other."""
    for job in jobs:
        yield from train(job)
