"""A cell of a small network, and training steps that are timed in this process."""

import pytest

from benchmarks.nights import timing
from benchmarks.runners.places import run_here
from benchmarks.training.backends import processor
from tests.support.plans import planned_of


@pytest.fixture
def starter():
    return planned_of("starter", "1", "LeNet-style", "digits")


@pytest.fixture
def here(monkeypatch):
    """Train in this process, and time two epochs."""
    jobs = []

    def run(job, threads):
        jobs.append(job)
        yield from run_here([job])

    monkeypatch.setattr(timing, "run_apart", run)
    monkeypatch.setattr(timing, "device_of", lambda backend: processor())
    monkeypatch.setattr(timing, "LEAST_SECONDS", 0.0)
    return jobs
