"""Where jobs run: a runner is a function from jobs to an iterator of events."""

import os
import re
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks import machine
from benchmarks.jobs import Job
from benchmarks.recipe import Recipe
from benchmarks.runners.processes import run_in_processes
from benchmarks.runners.ray_cluster import Cluster, run_on_ray
from benchmarks.table import match
from benchmarks.training.job import train
from data_pipelines.dataset import NO_DATA, DataError
from results.records import EpochEnd, RunRecord

PLACES = ("here", "ray")
AUTO = "auto"
MOST_DEVICES = 10_000  # of a job
LOCALLY = Cluster()
SCARCE = 4 * 2**30  # bytes; with less, libraries may end the process of a job, and this one must tell of it
Events = Generator[EpochEnd | RunRecord, None, None]


@dataclass(frozen=True)
class Share:
    """What a run takes of this machine."""

    jobs: int | None = None  # at once, each in a process; None: as many as there are cores, memory permitting
    threads: int | None = None  # of each job; None: one, or what the library takes where there is one process


def share_of_machine(jobs: str | None = None, threads: int | None = None) -> Share:
    """Return what was asked for, by default in RETABLE_JOBS. Raises DataError for more than the machine has."""
    jobs = jobs or os.environ.get("RETABLE_JOBS") or AUTO
    if jobs != AUTO and not re.fullmatch(r"\d{1,9}", jobs):
        raise DataError(f"--jobs is {jobs[:40]!r}. Expected a whole number, or auto.")
    share = Share(None if jobs == AUTO else int(jobs), threads)
    both = (share.jobs or 1) * (1 if threads is None else threads)
    for name, count in (("--jobs", share.jobs), ("--threads", threads), ("--jobs times --threads", both)):
        if count is not None and not 1 <= count <= machine.cores():
            raise DataError(f"{name} is {count}. Expected 1 to {machine.cores()}, the cores of this machine.")
    return share


def choose_runner(
    place: str, cluster: Cluster = LOCALLY, share: Share | None = None
) -> Callable[[Iterable[Job]], Events]:
    """Return the runner of a place. Raises UnknownName for an unknown one, DataError for bad shares."""
    for name, part in (("--gpus-per-job", cluster.gpus_per_job), ("--cpus-per-job", cluster.cpus_per_job)):
        if part is not None and not 0 <= part <= MOST_DEVICES:
            raise DataError(f"{name} is {part}. Expected 0 or more, up to {MOST_DEVICES}.")
    if match("place to run", place, PLACES) == "ray":
        if share not in (None, share_of_machine()):
            raise DataError("--jobs and --threads go with --on here.")
        return partial(run_on_ray, cluster=cluster, warn=_warn)
    if cluster != LOCALLY:
        raise DataError("--address, --gpus-per-job and --cpus-per-job go with --on ray.")
    return partial(run_on_this_machine, share=share or share_of_machine())


def _warn(text: str) -> None:
    print(text, file=sys.stderr)


def run_here(jobs: Iterable[Job]) -> Events:
    """Run the jobs in this process, one after the other."""
    for job in jobs:
        yield from train(job)


def run_on_this_machine(jobs: Iterable[Job], share: Share) -> Events:
    """Run the jobs in processes, or in this one where there is one job, one core, or a GPU that a job fills.

    Where memory is scarce, they have processes too.
    """
    jobs = list(jobs)
    long = [job for job in jobs if not is_arithmetic(job)]
    most = share.jobs or (1 if machine.has_accelerator() else machine.cores())
    if min(most, len(long)) > 1 or (long and machine.free_bytes() < SCARCE):
        yield from run_here(job for job in jobs if is_arithmetic(job))
        yield from run_in_processes(long, min(most, len(long)), share.threads or 1, _warn)
    else:
        is_faster_alone = share.jobs is None and all(_has_short_steps(job) for job in long)
        with _limited(share.threads or (1 if is_faster_alone else None)):
            yield from run_here(jobs)


def run_apart(job: Job, threads: int) -> Events:
    """Run one job as if nothing had run before: in a process of its own, arithmetic in this one."""
    if is_arithmetic(job):
        yield from run_here([job])
    else:
        yield from run_in_processes([job], 1, threads, _warn)


def is_arithmetic(job: Job) -> bool:
    """Return whether a job takes less time than the start of a process."""
    return job.recipe.dataset is NO_DATA and not getattr(job.recipe, "needs_keras", True)


def _has_short_steps(job: Job) -> bool:
    """Return whether a second thread would wait for the first most of the time."""
    return isinstance(job.recipe, Recipe) and job.recipe.compiled_steps > 1


@contextmanager
def _limited(threads: int | None) -> Iterator[None]:
    """Give this process so many threads: libraries that are there already, and those that a job will import."""
    if threads is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    chosen, before = machine.with_threads(threads), dict(os.environ)
    os.environ.update(chosen)
    try:
        with threadpool_limits(threads):
            yield
    finally:  # what this process runs next may take all cores
        for name in chosen:
            os.environ.pop(name)
        os.environ.update({name: before[name] for name in chosen if name in before})
