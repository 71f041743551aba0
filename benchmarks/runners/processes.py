"""Jobs in several processes of this machine, as memory permits; a process is started once and trains many."""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from benchmarks import machine
from benchmarks.jobs import Job
from benchmarks.runners.worker import Said, Warned, submission
from benchmarks.training.backends import backend_environment
from data_pipelines.dataset import LeftOut
from results.records import EpochEnd, JobKey, RunRecord

WORKER = "from benchmarks.runners.worker import main; main()"
PACKAGES = Path(__file__).parent.parent.parent
SHARE = 0.9  # of the free memory
PATIENCE = 20  # seconds that others wait for the first epoch of a job of unknown size
GROWTH = 2  # a job that has not ended an epoch may come to hold so many times what it holds
Events = Iterator[EpochEnd | RunRecord]


def run_in_processes(jobs: Sequence[Job], most: int, threads: int, warn: Callable[[str], None]) -> Events:
    """Run jobs in at most so many processes; one whose process dies is started once more, alone.

    Its epochs are then yielded again, from the first one.
    """
    if not jobs:
        return
    first = jobs[0]
    chosen = backend_environment(first.key.backend, first.options.deterministic) | machine.with_threads(threads)
    with tempfile.TemporaryDirectory() as folder:  # what killed processes leave goes with it
        path = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH", ""))))
        pool = _Pool(jobs, most, {**os.environ, **chosen, "PYTHONPATH": path, "TMPDIR": folder}, warn)
        try:
            yield from pool.events()
        finally:
            pool.kill()


class _Worker:
    """A process, its job, and a thread that listens to it."""

    def __init__(self, environment: dict[str, str], inbox: "SimpleQueue[tuple[_Worker, Said | None]]") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self.job: Job | None = None
        Thread(target=self._listen, args=(inbox,), daemon=True).start()

    def start(self, job: Job) -> None:
        """Give it a job. If it has died, that is in the inbox."""
        self.job = job
        assert self.process.stdin
        with suppress(OSError):
            self.process.stdin.write(pickle.dumps(submission(job)))
            self.process.stdin.flush()

    def _listen(self, inbox: "SimpleQueue[tuple[_Worker, Said | None]]") -> None:
        assert self.process.stdout
        try:
            while True:
                inbox.put((self, pickle.load(self.process.stdout)))
        except Exception:  # it has died, perhaps while it wrote
            inbox.put((self, None))


class _Pool:
    """Workers, the jobs that wait for one, and the memory that jobs were seen to take."""

    def __init__(
        self, jobs: Sequence[Job], most: int, environment: dict[str, str], warn: Callable[[str], None]
    ) -> None:
        self.waiting, self.again = deque(jobs), deque[Job]()  # `again`: of dead processes, to be run alone
        self.most, self.environment, self.warn = most, environment, warn
        self.lost: set[JobKey] = set()
        self.idle: list[_Worker] = []
        self.busy: list[_Worker] = []
        self.inbox: SimpleQueue[tuple[_Worker, Said | None]] = SimpleQueue()
        self.memory = SHARE * machine.free_bytes()
        self.peaks = {job.key.fingerprint: job.peak_bytes for job in jobs}

    def events(self) -> Events:
        """Yield the events of all jobs."""
        while True:
            while (job := self._next()) is not None:
                worker = self.idle.pop() if self.idle else _Worker(self.environment, self.inbox)
                self.busy.append(worker)
                worker.start(job)
            if not self.busy:
                return
            try:
                worker, said = self.inbox.get(timeout=None if all(self.peaks.values()) else PATIENCE)
            except Empty:
                self._measure()
                continue
            if said is None:
                yield from self._dead(worker)
            elif isinstance(said.event, Warned):
                warnings.warn(said.event.text, LeftOut, stacklevel=2)
            else:
                self._note(said.event.key.fingerprint, said.peak_bytes)
                yield said.event
                if isinstance(said.event, RunRecord):
                    self.busy.remove(worker)
                    self.idle.append(worker)

    def _next(self) -> Job | None:
        """Return the job to start now, if there is one."""
        if not self.busy:
            return self.waiting.popleft() if self.waiting else self.again.popleft() if self.again else None
        if self.waiting and len(self.busy) < self.most and self._fits(self.waiting[0]):
            return self.waiting.popleft()
        return None

    def _fits(self, job: Job) -> bool:
        """Return whether a job has room beside those that run; where nothing is known yet, it waits."""
        if self.memory >= SHARE * sys.maxsize:
            return True  # the system does not tell
        wanted = [self._peak(one) for one in (job, *(worker.job for worker in self.busy)) if one]
        return all(wanted) and sum(wanted) <= self.memory

    def _peak(self, job: Job) -> int:
        """Return the memory that a job takes by what was seen of its recipe, or else of any."""
        return self.peaks[job.key.fingerprint] or max(self.peaks.values())

    def _note(self, mark: str, peak_bytes: int) -> None:
        self.peaks[mark] = max(self.peaks[mark], peak_bytes)

    def _measure(self) -> None:
        """Estimate from outside what jobs of unknown size will hold."""
        for worker in self.busy:
            if worker.job and not self.peaks[worker.job.key.fingerprint]:
                self._note(worker.job.key.fingerprint, GROWTH * machine.peak_bytes(worker.process.pid))

    def _dead(self, worker: _Worker) -> Events:
        """Put the job of a dead worker aside to be run alone; the second time, it has failed."""
        job, worker.job = worker.job, None
        if worker in self.idle:
            self.idle.remove(worker)
            return
        self.busy.remove(worker)
        assert job
        how = _how_it_ended(worker.process.wait())
        if job.key in self.lost:
            yield RunRecord(job.key, {}, error=f"its process {how}, twice")
        else:
            self.warn(f"{job.key}: its process {how}. The job runs again, alone.")
            self.lost.add(job.key)
            self.again.append(job)

    def kill(self) -> None:
        """End all workers at once."""
        for worker in (*self.busy, *self.idle):
            worker.process.kill()
            worker.process.wait()


def _how_it_ended(status: int) -> str:
    """Return in words how a process ended."""
    if status == -signal.SIGKILL:
        return "was killed, as the system does when memory is short"
    if status == -signal.SIGABRT:
        return "was aborted, as libraries do when memory is short"
    return f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
