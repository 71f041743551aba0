"""NVIDIA GPUs as their driver sees them. The only door to pynvml; without a driver nothing is found."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

MEGABYTE = 1e6


class Use(NamedTuple):
    """What a GPU is used for."""

    others: list[int]  # processes beside this one; those of another container are invisible
    taken: int  # bytes of its memory
    total: int


def use_of(name: str) -> Use | None:
    """Return the use of a GPU by its number or name; None for a part of one, and for one that does not exist."""
    with _driver() as driver:
        if driver is None:
            return None
        with suppress(driver.NVMLError):
            by_number, by_name = driver.nvmlDeviceGetHandleByIndex, driver.nvmlDeviceGetHandleByUUID
            gpu = by_number(int(name)) if name.isdigit() else by_name(name)
            processes = [one.pid for one in driver.nvmlDeviceGetComputeRunningProcesses(gpu)]
            memory = driver.nvmlDeviceGetMemoryInfo(gpu)
            return Use([pid for pid in processes if pid != os.getpid()], memory.used, memory.total)
    return None


def versions() -> dict[str, str]:
    """Return the versions of driver and CUDA by name."""
    with suppress(Exception), _driver() as driver:  # a library that does not fit the driver
        if driver is not None:
            cuda = driver.nvmlSystemGetCudaDriverVersion_v2()
            known = {"driver": str(driver.nvmlSystemGetDriverVersion())}
            return known | {"CUDA of the driver": f"{cuda // 1000}.{cuda % 1000 // 10}"}
    return {}


def handles() -> list[Any]:
    """Return the GPUs of this machine, for `readings`; the driver stays open for them."""
    with suppress(Exception):
        import pynvml

        pynvml.nvmlInit()
        return [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]
    return []


def readings(gpu: Any) -> dict[str, float]:
    """Return the values of a GPU under MLflow's names; one that the driver does not know is left out."""
    import pynvml

    values: dict[str, float] = {}
    with suppress(pynvml.NVMLError):
        memory = pynvml.nvmlDeviceGetMemoryInfo(gpu)
        values["memory_usage_percentage"] = 100 * memory.used / memory.total
        values["memory_usage_megabytes"] = memory.used / MEGABYTE
    with suppress(pynvml.NVMLError):
        values["utilization_percentage"] = pynvml.nvmlDeviceGetUtilizationRates(gpu).gpu
    with suppress(pynvml.NVMLError):
        watts = pynvml.nvmlDeviceGetPowerUsage(gpu) / 1000
        values["power_usage_watts"] = watts
        values["power_usage_percentage"] = 100_000 * watts / pynvml.nvmlDeviceGetEnforcedPowerLimit(gpu)
    return values


@contextmanager
def _driver() -> Iterator[Any]:
    """Provide pynvml, or None without a driver."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # ImportError, or one of many errors of the library
        yield None
        return
    try:
        yield pynvml
    finally:
        pynvml.nvmlShutdown()
