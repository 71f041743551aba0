"""The libraries that Keras runs on, one entry each: settings, device, memory."""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.machine import processor
from data_pipelines.dataset import DataError

# Unless the user chose otherwise. TensorFlow by itself turns oneDNN on for some of Intel's processors only; on AMD
# without AVX-512, wide convolutions train twice as fast with it.
PREFERRED = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
# Keras and TensorFlow load these where they are installed, for wrappers and pictures that no job uses: four tenths
# of the time that a process takes to start.
NEEDLESS = ("sklearn", "pandas", "matplotlib", "jax")


@dataclass(frozen=True)
class Backend:
    """What the suite needs to know about a library that Keras runs on."""

    name: str  # of its package, and of Keras' setting
    requirements: str  # what pip installs on a machine with a GPU
    accelerator: Callable[[], str]  # its name; empty where there is none
    peak_bytes: Callable[[], int]  # the most memory held on the accelerator; 0 where the library cannot tell
    forget_peak: Callable[[], None] = lambda: None  # start counting again
    make_deterministic: Callable[[], None] = lambda: None
    release: Callable[[Any], None] = lambda model: None  # free the memory of a model
    compiles_each_shape: bool = False  # a new size of batch is compiled again


def select_backend(name: str, deterministic: bool = False) -> None:
    """Choose the back end; call before Keras is imported. Raises DataError for one that is missing."""
    if name not in BACKENDS:
        raise DataError(f"There is no back end {name!r}. Known: {', '.join(BACKENDS)}.")
    if find_spec(name) is None:
        raise DataError(f"The back end {name} is not installed. Install it with: pip install {name}")
    os.environ.update(backend_environment(name, deterministic))


def backend_environment(name: str, deterministic: bool) -> dict[str, str]:
    """Return the environment variables that the library reads when it starts."""
    preferred = {name: os.environ.get(name, value) for name, value in PREFERRED.items()}
    chosen = {"KERAS_BACKEND": name} | preferred
    if deterministic:  # `make_deterministic` sets the switches that exist after the start
        chosen["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_gpu_deterministic_ops=true".strip()
        chosen["CUBLAS_WORKSPACE_CONFIG"] = os.environ.get("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return chosen


def current() -> Backend:
    """Return the back end of this process."""
    import keras

    return BACKENDS[keras.backend.backend()]


def import_keras_quietly() -> None:
    """Import Keras without libraries that no job needs, and without the lines that TensorFlow prints at its start.

    No setting turns those off. Its warnings about retracing are silenced too: texts come in batches of different
    sizes.
    """
    if "keras" in sys.modules:
        return
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    stderr = os.dup(2)
    with open(os.devnull, "w") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 2)
    needless = [name for name in NEEDLESS if name != os.environ.get("KERAS_BACKEND")]
    try:
        with _hidden(needless):
            import keras

            keras.utils.set_random_seed(0)  # it looks for TensorFlow, and remembers that it is hidden
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


@contextmanager
def _hidden(packages: Iterable[str]) -> Iterator[None]:
    """Let packages look as if they were not installed, but those that are loaded already."""
    hidden = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def device(backend: Backend) -> str:
    """Return the accelerator's name, or the processor's with the number of its cores."""
    return backend.accelerator() or processor()


def _of(package: str, use: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return a function that imports a package only when it is called."""
    return lambda: use(import_module(package))


def _tensorflow_gpus(tf: Any) -> list[Any]:
    return tf.config.list_physical_devices("GPU")


def _tensorflow_name(tf: Any) -> str:
    details = map(tf.config.experimental.get_device_details, _tensorflow_gpus(tf))
    return next((found.get("device_name", "GPU") for found in details), "")


def _tensorflow_peak(tf: Any) -> int:
    return tf.config.experimental.get_memory_info("GPU:0")["peak"] if _tensorflow_gpus(tf) else 0


def _tensorflow_forget(tf: Any) -> None:
    if _tensorflow_gpus(tf):
        tf.config.experimental.reset_memory_stats("GPU:0")


def _tensorflow_release(model: Any) -> None:
    """Empty the variables of a model.

    TensorFlow keeps everything that a compiled training step has used until the process ends (its issue 62854): a
    hundred large networks, trained one after another, would fill any memory.
    """
    import tensorflow as tf

    for variable in (*model.variables, *model.optimizer.variables):
        empty = tf.zeros(0, variable.dtype)
        tf.raw_ops.AssignVariableOp(resource=variable.value.handle, value=empty, validate_shape=False)


def _torch_forget(torch: Any) -> None:
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _torch_determinism(torch: Any) -> None:
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False


TENSORFLOW = Backend(
    "tensorflow",
    "-e '.[gpu]'",
    accelerator=_of("tensorflow", _tensorflow_name),
    peak_bytes=_of("tensorflow", _tensorflow_peak),
    forget_peak=_of("tensorflow", _tensorflow_forget),
    make_deterministic=_of("tensorflow", lambda tf: tf.config.experimental.enable_op_determinism()),
    release=_tensorflow_release,
)
JAX = Backend(
    "jax",
    "-e '.[jax]' 'jax[cuda12]'",
    accelerator=_of("jax", lambda jax: next((d.device_kind for d in jax.devices() if d.platform != "cpu"), "")),
    # since the start of the process
    peak_bytes=_of("jax", lambda jax: (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use", 0)),
    compiles_each_shape=True,
)
TORCH = Backend(
    "torch",
    "-e '.[torch]'",
    accelerator=_of("torch", lambda torch: torch.cuda.get_device_name() if torch.cuda.is_available() else ""),
    peak_bytes=_of("torch", lambda torch: torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0),
    forget_peak=_of("torch", _torch_forget),
    make_deterministic=_of("torch", _torch_determinism),
)
BACKENDS = {backend.name: backend for backend in (TENSORFLOW, JAX, TORCH)}
