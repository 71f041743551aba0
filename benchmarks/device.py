"""The device that a job ran on: its name, and the most memory that the job held there."""

import os
import platform
from pathlib import Path


def name(backend: str) -> str:
    """Return the accelerator's name, or the processor's with the number of its cores."""
    return _accelerator(backend) or processor()


def forget_peak(backend: str) -> None:
    """Start counting memory anew, where the backend can: JAX counts from the start of the process."""
    if backend == "tensorflow":
        import tensorflow as tf

        if tf.config.list_physical_devices("GPU"):
            tf.config.experimental.reset_memory_stats("GPU:0")
    elif backend == "torch":
        import torch

        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()


def peak_bytes(backend: str) -> int:
    """Return the most bytes held on the accelerator; 0 without one, or where the backend does not tell."""
    if backend == "tensorflow":
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_memory_info("GPU:0")["peak"] if gpus else 0
    if backend == "torch":
        import torch

        return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0
    import jax

    return (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use", 0)


def _accelerator(backend: str) -> str:
    if backend == "jax":
        import jax

        return next((d.device_kind for d in jax.devices() if d.platform != "cpu"), "")
    if backend == "torch":
        import torch

        return torch.cuda.get_device_name() if torch.cuda.is_available() else ""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU") if gpus else ""


def processor() -> str:
    """Return the processor's name with the number of its cores."""
    return f"{_processor()} ({os.cpu_count()} cores)"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
