"""The machine while a job trains: samples under the names of MLflow's system metrics.

MLflow's own monitors are not used here: importing them takes seconds and 170 MB in every process that trains, and
the memory of a job is recorded. A test compares the names.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from benchmarks.training import nvidia

SECONDS = 10.0  # between two samples, as in MLflow
MOST_SAMPLES = 200  # of a job; then neighbours are averaged, and the next ones come half as often
MEGABYTE = 1e6
Sample = tuple[float, Mapping[str, float]]


class Sampler:
    """Takes samples in a thread of its own."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._samples = seconds, list[Sample]()
        self._end = threading.Event()
        self._machine = Machine()
        self._thread = threading.Thread(target=self._run, daemon=True, name="system metrics")
        self._thread.start()

    def finish(self) -> tuple[Sample, ...]:
        """Take a last sample and return all."""
        if not self._end.is_set():
            self._end.set()
            self._thread.join(timeout=SECONDS)
            self._sample()
        return tuple(self._samples)

    def _run(self) -> None:
        while not self._end.wait(self._seconds):
            self._sample()

    def _sample(self) -> None:
        with suppress(Exception):  # a driver that fails must not stop a job
            self._samples.append((time.time(), self._machine.now()))
        if len(self._samples) >= MOST_SAMPLES:
            self._samples, self._seconds = halved(self._samples), 2 * self._seconds


@contextmanager
def sampled() -> Iterator[Sampler | None]:
    """Provide a running sampler; None where MLflow's variable turns system metrics off, or psutil fails."""
    sampler = None
    with suppress(Exception):
        sampler = Sampler(interval()) if interval() else None
    try:
        yield sampler
    finally:
        if sampler is not None:
            sampler.finish()


def interval() -> float:
    """Return the seconds between two samples by MLflow's variables; 0 for none."""
    if os.environ.get("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true").casefold() in ("false", "0"):
        return 0.0
    with suppress(ValueError):
        return max(float(os.environ.get("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", SECONDS)), 0.1)
    return SECONDS


def halved(samples: list[Sample]) -> list[Sample]:
    """Return the averages of neighbours, each at the time of the later one; a last one without neighbour stays."""
    pairs = zip(samples[::2], samples[1::2], strict=False)
    found = [(later[0], _average(first[1], later[1])) for first, later in pairs]
    return found + samples[2 * len(found) :]


def _average(first: Mapping[str, float], later: Mapping[str, float]) -> dict[str, float]:
    """Return the averages of two samples; what was sent or received only adds up, so the later value stays."""
    return {
        name: value if name.startswith("network") else (first.get(name, value) + value) / 2
        for name, value in later.items()
    }


class Machine:
    """What the system says of processor, memory, disk, network and NVIDIA GPUs."""

    def __init__(self) -> None:
        import psutil

        self._system, self._gpus = psutil, nvidia.handles()
        psutil.cpu_percent()  # the next call is about the time since this one
        self._network = psutil.net_io_counters()

    def now(self) -> dict[str, float]:
        """Return the values of a moment by name."""
        memory, disk = self._system.virtual_memory(), self._system.disk_usage(os.sep)
        values = {
            "cpu_utilization_percentage": self._system.cpu_percent(),
            "system_memory_usage_megabytes": memory.used / MEGABYTE,
            "system_memory_usage_percentage": 100 * memory.used / memory.total,
            "disk_usage_percentage": disk.percent,
            "disk_usage_megabytes": disk.used / MEGABYTE,
            "disk_available_megabytes": disk.free / MEGABYTE,
        }
        if self._network and (network := self._system.net_io_counters()):  # there is none in some containers
            values["network_receive_megabytes"] = (network.bytes_recv - self._network.bytes_recv) / MEGABYTE
            values["network_transmit_megabytes"] = (network.bytes_sent - self._network.bytes_sent) / MEGABYTE
        for number, gpu in enumerate(self._gpus):
            values |= {f"gpu_{number}_{name}": value for name, value in nvidia.readings(gpu).items()}
        return {name: round(value, 1) for name, value in values.items()}
