"""This machine: its processor, cores and memory, and the threads of this process."""

import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

THREADS = "OMP_NUM_THREADS"
OTHERS = (
    *("TF_NUM_INTRAOP_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"),
    *("LOKY_MAX_CPU_COUNT", "NPROC"),  # joblib, JAX
)


def processor() -> str:
    """Return the processor's name with the number of its cores."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name} ({os.cpu_count()} cores)"


def cores() -> int:
    """Return the cores that this process may use."""
    from joblib import cpu_count

    return cpu_count()


def with_threads(count: int) -> dict[str, str]:
    """Return the environment of a process with so many threads."""
    return dict.fromkeys((THREADS, *OTHERS), str(count)) | {"TF_NUM_INTEROP_THREADS": "1"}


def threads() -> int:
    """Return the threads that numeric libraries use in this process."""
    text = os.environ.get(THREADS, "")
    return int(text) if text.isdigit() else cores()


def has_accelerator() -> bool:
    """Return whether there is an NVIDIA GPU that this process may use; no library is imported."""
    is_hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not is_hidden and bool(accelerators())


def accelerators() -> list[str]:
    """Return the numbers of the NVIDIA GPUs of this machine."""
    return sorted(path.name.removeprefix("nvidia") for path in Path("/dev").glob("nvidia[0-9]*"))


def free_bytes() -> int:
    """Return the memory that new processes may take; a huge number where the system does not tell."""
    found = [sys.maxsize]
    with suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        found.append(1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))))
    with suppress(OSError, ValueError):  # the limit of a container; "max" without one
        group = Path("/sys/fs/cgroup")
        found.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    with suppress(ImportError, OSError, StopIteration):  # what `ulimit -v` leaves; only POSIX systems have it
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            found.append(limit - _of_process("VmSize"))
    return max(0, min(found))


def forget_peak() -> None:
    """Let `peak_bytes` count from now on, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes(process: int | str = "self") -> int:
    """Return the most memory that a process has held, by default this one; 0 where the system does not tell."""
    with suppress(OSError, StopIteration):
        return _of_process("VmHWM", process)
    return 0


def _of_process(name: str, process: int | str = "self") -> int:
    """Return a number of bytes that the system states of a process. Raises OSError or StopIteration."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))
