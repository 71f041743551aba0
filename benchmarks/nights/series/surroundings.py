"""What a number may depend on beside code and libraries: driver, CUDA, the processor's features, settings."""

import hashlib
import os
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path

from benchmarks import provenance
from benchmarks.training import nvidia
from benchmarks.training.backends import PREFERRED

COMPILED = ("jaxlib", "ml-dtypes", "jax-cuda", "jax_cuda", "nvidia-cudnn", "nvidia-cublas", "nvidia-cuda-runtime")
SETTINGS = (
    *("XLA_FLAGS", "TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "JAX_DEFAULT_MATMUL_PRECISION"),
    *("NVIDIA_TF32_OVERRIDE", "JAX_ENABLE_X64", "TF_DETERMINISTIC_OPS", "CUBLAS_WORKSPACE_CONFIG"),
)
OURS = "retable"  # its code is compared by digests


def surroundings() -> dict[str, str]:
    """Return what is known of this machine, by name; a setting that is not made is left out."""
    settings = {name: os.environ.get(name) or PREFERRED.get(name, "") for name in SETTINGS}
    found = {**_packages(), **nvidia.versions(), "processor features": _features(), **settings}
    return {name: text for name, text in found.items() if text}


def as_names(versions: str) -> dict[str, str]:
    """Return the versions of a record by package, without our own."""
    words = versions.split()
    return {name: text for name, text in zip(words[::2], words[1::2], strict=False) if name != OURS}


def versions_today() -> dict[str, str]:
    """Return the versions of libraries that run now."""
    return as_names(provenance.versions())


def _packages() -> dict[str, str]:
    """Return the versions of compiled parts that a record does not name."""
    names = {found.name.lower().replace("_", "-"): found.version for found in distributions() if found.name}
    return {name: text for name, text in sorted(names.items()) if name.startswith(COMPILED)}


def _features() -> str:
    """Return a short hash of the processor's instructions: machines of one name may round in other ways."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        flags = next(line for line in lines if line.startswith(("flags", "Features")))
        return hashlib.sha256(" ".join(sorted(flags.split())).encode()).hexdigest()[:8]
    return ""
