"""Run recorded jobs again, one after another, each in a process of its own."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from benchmarks import machine, provenance
from benchmarks.jobs import Job
from benchmarks.nights.gpus import GpuMeter, Runner
from benchmarks.nights.plan import Plan
from benchmarks.nights.series.journal import Entry, of_rerun
from benchmarks.nights.series.load import LoadMeter
from benchmarks.nights.series.sample import Candidate
from benchmarks.streams import masked
from results.records import EpochEnd, RunRecord

Apart = Callable[[Job, int], Any]  # a job and its threads -> its events


def apart(plan: Plan, meter: GpuMeter, here: Apart, choose: Callable[..., Runner]) -> Apart:
    """Return how a job of a plan runs again, alone: in a process of this machine, or on its cluster.

    The meter counts it as any other job of the night, and may raise Stop.
    """

    def run(job: Job, threads: int) -> Any:
        on_cluster = None if plan.on == "here" else choose(plan.on, plan.cluster, plan.share)
        return meter.around(on_cluster or (lambda jobs: here(job, threads)), alone=True)([job])

    return run


def rerun(
    chosen: Iterable[Candidate], seconds: float, run: Apart, night: int, about: Mapping[str, str]
) -> Iterator[Entry]:
    """Yield the entry of each job, until the next one would not fit into the seconds.

    One that takes longer than forecast ends: else nobody would see that it became slow.
    """
    started = time.monotonic()
    for one in chosen:
        if time.monotonic() - started + one.seconds > seconds:
            return
        threads = min(one.threads or 1, machine.cores())
        meter = LoadMeter()
        with closing(run(one.job, threads)) as events:
            record, curve = _result(one.job, events)
        yield replace(of_rerun(night, record, curve, about), load=meter.others())


def _result(job: Job, events: Iterable[EpochEnd | RunRecord]) -> tuple[RunRecord, Sequence[EpochEnd]]:
    """Return the record of a job and its epochs; a job that starts again yields its epochs again."""
    curve: list[EpochEnd] = []
    for event in events:
        if isinstance(event, RunRecord):
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            record = replace(event, error=masked(event.error), finished=event.finished or now)
            record = replace(record, commit=record.commit or provenance.commit(), code=job.code)
            return record, curve
        curve = [point for point in curve if point.epoch < event.epoch] + [event]
    raise RuntimeError(f"{job.key} ended without a record.")
