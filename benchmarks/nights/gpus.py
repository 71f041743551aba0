"""The GPUs of a night: waiting until others leave them, and the hours that its jobs hold them."""

import os
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks import machine
from benchmarks.jobs import Job
from benchmarks.nights.durations import in_words
from benchmarks.nights.plan import Plan, Stop
from benchmarks.runners.places import is_arithmetic
from benchmarks.runners.ray_cluster import gpus_of_job
from benchmarks.training import nvidia
from results.records import EpochEnd, JobKey, RunRecord

POLL_SECONDS = 30.0
TAKEN = 0.1  # of a GPU's memory: in a container the processes of others are invisible, their memory is not
Events = Generator[EpochEnd | RunRecord, None, None]
Runner = Callable[[Iterable[Job]], Events]


@dataclass
class GpuMeter:
    """What the jobs of a night hold of the GPUs, counted when an epoch or a job ends."""

    plan: Plan
    say: Callable[[str], None] = print
    given: float | None = None  # GPUs of a job, where a scheduler gives them: nobody waits for those
    seconds: float = 0.0  # times GPUs
    gpus: float = 0.0  # of a job, as last seen; 0 where there are none
    has_waited: bool = False
    last: dict[JobKey, float] = field(default_factory=dict)  # event of a job

    def around(self, run: Runner, *, alone: bool = False) -> Runner:
        """Return a runner that waits for the GPUs first, and raises Stop when the plan's GPU hours are over.

        `alone` says that its jobs run one by one, whatever the plan says.
        """
        at_once = 1.0 if alone else _at_once(self.plan)

        def events(jobs: Iterable[Job]) -> Events:
            jobs = list(jobs)
            if long := {job.key for job in jobs if not is_arithmetic(job)}:
                self.check()
                self._wait()
            before = time.monotonic()
            for event in run(jobs):
                before = self._count(event, before, at_once) if event.key in long else time.monotonic()
                yield event  # its record is on disk when the next one is asked for
                self.check()

        return events

    def check(self) -> None:
        """Raise Stop when the GPU hours of the plan are over."""
        limit = self.plan.gpu_hours
        if limit is not None and self.hours >= limit:
            raise Stop(f"its {limit:g} GPU hours were over")

    @property
    def hours(self) -> float:
        return self.seconds / 3600

    def summary(self) -> dict[str, Any]:
        """Return the part of the summary of a night; nothing where there is neither a GPU nor a budget."""
        if not self.gpus and self.plan.gpu_hours is None:
            return {}
        return {"gpu hours": {"used": round(self.hours, 4), "budget": self.plan.gpu_hours, "gpus": self.gpus}}

    def _count(self, event: EpochEnd | RunRecord, before: float, at_once: float) -> float:
        """Add the time since the last event of the job; return the time of this event."""
        now = time.monotonic()
        self.gpus = share_of_job(self.plan, at_once) if self.given is None else self.given
        if self.given is None and at_once > 1:  # it began with others, at a time that nobody says
            before = now - min(event.seconds, now - before)
        self.seconds += self.gpus * (now - self.last.get(event.key, before))
        self.last[event.key] = now
        if isinstance(event, RunRecord):
            del self.last[event.key]
        return now

    def _wait(self) -> None:
        if not self.has_waited and self.given is None and self.plan.wait_for_gpu is not None:
            wait_until_free(self.plan.wait_for_gpu, self.say)
        self.has_waited = True


def share_of_job(plan: Plan, at_once: float) -> float:
    """Return the GPUs that a job holds: on this machine all that it sees, shared by the jobs that run at once."""
    if plan.on == "ray":
        return gpus_of_job(plan.cluster)
    return len(visible()) / at_once if machine.has_accelerator() else 0.0


def _at_once(plan: Plan) -> float:
    """Return how many jobs run at once, as far as the plan says."""
    return float("inf") if plan.on == "ray" else plan.share.jobs or 1


def visible() -> list[str]:
    """Return the numbers or names of the NVIDIA GPUs that this process may use."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return machine.accelerators() if chosen is None else [name for name in chosen.split(",") if name.strip()]


def wait_until_free(seconds: float, say: Callable[[str], None] = print) -> None:
    """Wait until no other process uses the GPUs of this one, and say so once. Raises Stop after that time."""
    deadline, was_busy = time.monotonic() + seconds, False
    while users := others():
        if time.monotonic() >= deadline:
            raise Stop(f"others used the GPU for all of {in_words(seconds)}: {'; '.join(users)}")
        if not was_busy:
            say(f"{'; '.join(users)}. Waiting for it to be free, for {in_words(seconds)} at most.")
            was_busy = True
        time.sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    if was_busy:
        say("The GPU is free now.")


def others() -> list[str]:
    """Return who else uses the GPUs of this process, in words; nothing where there is no NVIDIA GPU or driver."""
    names = map(str.strip, visible())
    return [text for name in names if (use := nvidia.use_of(name)) and (text := _users(name, use))]


def _users(name: str, use: nvidia.Use) -> str:
    """Return who uses a GPU; empty where it is free."""
    held = f"{use.taken / 2**30:.1f} of {use.total / 2**30:.1f} GiB are taken"
    if use.others:
        names = ", ".join(f"{pid} ({_name(pid)})" for pid in use.others)
        return f"GPU {name} is used by process {names}; {held}"
    is_taken = use.taken > TAKEN * use.total
    return f"GPU {name} is used by a process that is invisible here; {held}" if is_taken else ""


def _name(pid: int) -> str:
    import psutil

    try:
        return psutil.Process(pid).name()
    except psutil.Error:  # of another container
        return "unknown"
