"""The backend that Keras runs on: chosen before Keras is imported, deterministic on demand."""

import logging
import os
import sys
from typing import Any

from benchmarks.recipe import BACKENDS
from data_pipelines.dataset import DataError

# Unless the user chose otherwise. TensorFlow itself turns oneDNN on for some of Intel's processors only; on one of
# AMD's without AVX-512 wide convolutions train twice as fast with it.
PREFERRED = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}


def select_backend(backend: str, deterministic: bool = False) -> None:
    """Choose the Keras backend; call before Keras is imported. Raises DataError if it can't be had."""
    from importlib.util import find_spec

    if backend not in BACKENDS:
        raise DataError(f"There is no backend {backend!r}. Known: {', '.join(BACKENDS)}.")
    if find_spec(backend) is None:
        raise DataError(f"The backend {backend} is not installed. Install it with: pip install {backend}")
    os.environ.update(backend_environment(backend, deterministic))


def backend_environment(backend: str, deterministic: bool) -> dict[str, str]:
    """Return the environment variables that the backend's library reads when it starts."""
    preferred = {name: os.environ.get(name, value) for name, value in PREFERRED.items()}
    chosen = {"KERAS_BACKEND": backend} | preferred
    if deterministic:  # `switch_to_deterministic` sets what can be set later
        chosen["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_gpu_deterministic_ops=true".strip()
        chosen["CUBLAS_WORKSPACE_CONFIG"] = os.environ.get("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return chosen


def import_keras_quietly() -> None:
    """Import Keras without the lines that TensorFlow writes at its start, which no setting turns off.

    Its warnings of tracing are silenced too: texts are read by another number of streams in training and tests.
    """
    if "keras" in sys.modules:
        return
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    stderr = os.dup(2)
    with open(os.devnull, "w") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 2)
    try:
        import keras  # noqa: F401
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def switch_to_deterministic() -> None:
    """Set every switch of the backend that makes equal seeds give equal numbers."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif keras.backend.backend() == "torch":
        import torch

        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False


def release(model: Any) -> None:
    """Empty the variables of a model that is of no more use.

    TensorFlow keeps whatever a compiled training step has used until the process ends (its issue 62854): a hundred
    large networks, trained one after the other, would fill any memory.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for variable in (*model.variables, *model.optimizer.variables):
            empty = tf.zeros(0, variable.dtype)
            tf.raw_ops.AssignVariableOp(resource=variable.value.handle, value=empty, validate_shape=False)
