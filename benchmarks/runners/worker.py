"""A process that trains jobs: it reads them from its input, and writes events to its output.

Both are pickles. When its input ends, because the process that started it is gone, it ends at once.
"""

import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from benchmarks import machine, provenance
from benchmarks.evidence.digests import todays_digests
from benchmarks.evidence.failures import in_one_line
from benchmarks.evidence.source import follow
from benchmarks.jobs import Job
from benchmarks.outside.paper_files import find_paper
from benchmarks.papers import join_folders
from benchmarks.streams import clean_streams
from data_pipelines.dataset import LeftOut
from results.records import EpochEnd, JobKey, RunRecord


class Warned(NamedTuple):
    """A warning of ours."""

    text: str


class Said(NamedTuple):
    """What a worker writes, and the most memory that its job has held."""

    event: EpochEnd | RunRecord | Warned
    peak_bytes: int


def train_elsewhere(
    job: bytes, key: JobKey, commit: str, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[EpochEnd | RunRecord]:
    """Train a pickled job in a process whose code must be that of the process which writes the records.

    `variables` are added to the environment.
    """
    os.environ.update(variables)
    join_folders()
    if provenance.commit() != commit:
        text = f"{os.uname().nodename} has retable at {provenance.commit()}, the writing process at {commit}"
        yield RunRecord(key, {}, error=text)
        return
    from benchmarks.training.job import train

    try:
        known = pickle.loads(job)
    except Exception as error:  # it names code that is not here
        yield RunRecord(key, {}, error=in_one_line(error))
        return
    if _has_other_code(known):
        yield RunRecord(key, {}, error=f"{os.uname().nodename} has another code of {key.paper}")
        return
    yield from train(known)


def _has_other_code(job: Job) -> bool:
    """Return whether the paper of a job is from outside, and is not what it was where the job was made."""
    found = find_paper(job.key.paper)
    if found is None or not found.is_outside:
        return False  # then the commit was enough
    follow(found.module)
    return todays_digests(job.recipe) != job.code


def main() -> None:
    """Train jobs until the input ends."""
    clean_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one decides
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries print, too
    jobs: SimpleQueue[tuple[bytes, JobKey, str]] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, jobs), daemon=True).start()
    warnings.showwarning = lambda message, category, filename, lineno, *rest: _say(
        events, Warned(_in_words(message, category, filename, lineno))
    )
    while True:
        job = jobs.get()
        machine.forget_peak()
        for event in train_elsewhere(*job):
            _say(events, event)


def _read(stream: BinaryIO, jobs: "SimpleQueue[Any]") -> None:
    while True:
        try:
            jobs.put(pickle.load(stream))
        except (EOFError, OSError):
            os._exit(0)


def _say(stream: BinaryIO, event: EpochEnd | RunRecord | Warned) -> None:
    pickle.dump(Said(event, machine.peak_bytes()), stream)
    stream.flush()


def _in_words(message: Warning | str, category: type[Warning], filename: str, lineno: int) -> str:
    return (
        str(message) if issubclass(category, LeftOut) else f"{category.__name__}: {message} ({filename}:{lineno})"
    )


def submission(job: Job) -> tuple[bytes, JobKey, str]:
    """Return the arguments of `train_elsewhere`."""
    return pickle.dumps(job), job.key, provenance.commit()
