"""Processes of tests: the command, for tests that stop it, and what makes short ones cheap."""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "from benchmarks.cli.app import main; main()"]
ROOT = Path(__file__).parent.parent.parent
FAULTS = Path(__file__).parent / "faults"
WITHOUT_MLFLOW = {"WITHOUT": "mlflow", "PYTHONPATH": os.pathsep.join([str(FAULTS), str(ROOT)])}
QUICKLY_COMPILED = {  # a short test spends its time compiling; fusion emitters double that time
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
}

ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}


def trace_quickly() -> None:
    """Spend less on graphs that run for a step or two: neither rewrite them nor search them for garbage."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def start(*arguments: str, folder: Path, **environment: str) -> subprocess.Popen:
    """Start the command in a process of its own, its records in a folder.

    It has MLflow, which is slow to import, only where `environment` says where to.
    """
    without = {} if "MLFLOW_TRACKING_URI" in environment else WITHOUT_MLFLOW
    own = {"RETABLE_RESULTS": str(folder), **without, **environment}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str, folder: Path, **environment: str) -> str:
    """Run the command in a process of its own and return what it prints; it must succeed."""
    process = start(*arguments, folder=folder, **environment)
    output, errors = process.communicate()
    assert process.returncode == 0, output + errors
    return output


def wait_for(condition, process: subprocess.Popen, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
