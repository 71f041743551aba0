"""The environment variables that travel with jobs and nights, each group with its reason.

`KERAS_BACKEND` is not among them, because the command or the plan names the back end. Credentials are in
`benchmarks.streams.CREDENTIALS`: they travel in files and secrets alone.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks import machine
from benchmarks.streams import CREDENTIALS, masked

FOLDERS = ("RETABLE_HOME", "RETABLE_MIRROR", "RETABLE_PAPERS")  # every process of the suite reads them
LIBRARIES = {  # they mean the same on every machine
    "how float32 matrices are multiplied": (
        *("JAX_DEFAULT_MATMUL_PRECISION", "NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"),
        *("JAX_ENABLE_X64", "TF_ENABLE_ONEDNN_OPTS"),
    ),
    "what the compiler and the libraries of CUDA do, and so the last digits": (
        *("XLA_FLAGS", "TF_XLA_FLAGS", "LIBTPU_INIT_ARGS"),
        *("CUBLAS_WORKSPACE_CONFIG", "TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC"),
    ),
    "how much memory of a GPU a process takes, and whether it can be shared": (
        *("XLA_PYTHON_CLIENT_MEM_FRACTION", "XLA_PYTHON_CLIENT_PREALLOCATE", "XLA_PYTHON_CLIENT_ALLOCATOR"),
        *("TF_FORCE_GPU_ALLOW_GROWTH", "TF_GPU_ALLOCATOR", "PYTORCH_CUDA_ALLOC_CONF"),
    ),
    "threads, which change the last digits": (machine.THREADS, *machine.OTHERS, "TF_NUM_INTEROP_THREADS"),
    "whether JAX takes a GPU": ("JAX_PLATFORMS",),
}
OF_THIS_MACHINE = (  # folders, which another machine need not have
    *("KERAS_HOME", "JAX_COMPILATION_CACHE_DIR"),
    *("CUDA_HOME", "LD_LIBRARY_PATH"),  # `module load cuda` sets them, and a scheduler's shell lacks them
)
# Slurm, Ray and Kubernetes give a job its GPUs in CUDA_VISIBLE_DEVICES. What a shell had there would take the GPU
# of another job. The order of the numbers goes with them.
DEVICES = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "HIP_VISIBLE_DEVICES")
SERVERS = (  # where results go
    *("MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_TRACKING_SERVER_CERT_PATH"),
    *("MLFLOW_S3_ENDPOINT_URL", "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"),
)
INNER = ("RETABLE_CODE_OF_DATA", "RETABLE_STATUS", "RETABLE_GATE", "RETABLE_PLAN")  # set by the suite itself
LISTS = ("RETABLE_PAPERS", "LD_LIBRARY_PATH")  # folders, joined as in PATH
SECRET = re.compile(r"PASSWORD|TOKEN|SECRET|KEY(?!_FILE)|CREDENTIAL", re.IGNORECASE)


def expand_home() -> None:
    """Replace ~ at the beginning of the suite's variables: systemd and Docker leave it there."""
    for name in _own():
        parts = os.environ[name].split(os.pathsep) if name in LISTS else [os.environ[name]]
        os.environ[name] = os.pathsep.join(map(os.path.expanduser, parts))


def of_libraries() -> dict[str, str]:
    """Return the variables that libraries read when they start, but none with a password or token."""
    return {name: text for name, text in _set(_library_names()).items() if masked(text) == text}


def of_nights(*, here: bool, devices: bool) -> dict[str, str]:
    """Return the variables that a night needs: all of the suite's, and those of libraries and servers.

    `here` is whether the night runs on this machine, or one with its folders; `devices` whether nobody else gives
    it its GPUs. Some may be secret: `is_secret` says which.
    """
    libraries = [*_library_names(), *CREDENTIALS]
    names = [*_own(), *libraries, *SERVERS, *(OF_THIS_MACHINE if here else ()), *(DEVICES if devices else ())]
    found = carried(dict.fromkeys(names))
    return found if here else {name: text for name, text in found.items() if name in libraries or _travels(text)}


def _travels(text: str) -> bool:
    """Return whether a text means the same on another machine: an address does, a folder does not."""
    return "://" in text and not text.startswith(("sqlite:", "file:"))


def is_secret(name: str, text: str) -> bool:
    """Return whether a variable has a password or token, by its name or in an address."""
    return name in CREDENTIALS or bool(SECRET.search(name)) or masked(text) != text


def carried(names: Iterable[str]) -> dict[str, str]:
    """Return the variables that are set, for a process that starts elsewhere: folders by their full path."""
    return {name: text if "://" in text else _full(name, text) for name, text in _set(names).items()}


def _set(names: Iterable[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def _library_names() -> list[str]:
    return [name for group in LIBRARIES.values() for name in group]


def _own() -> list[str]:
    """Return the names of the suite's variables: data sets from outside have some of their own."""
    return sorted(name for name in os.environ if re.fullmatch(r"RETABLE_[A-Z0-9_]+", name) and name not in INNER)


def _full(name: str, text: str) -> str:
    parts = text.split(os.pathsep) if name in LISTS else [text]
    return os.pathsep.join(str(Path(part).resolve()) if part and os.path.lexists(part) else part for part in parts)
