"""The command in a process of its own, for tests that stop it."""

import os
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "from benchmarks.cli.app import main; main()"]
ROOT = Path(__file__).parent.parent
QUICKLY_COMPILED = {"XLA_FLAGS": "--xla_backend_optimization_level=0"}  # a short test spends its time compiling


def retable(*arguments: str, folder: Path) -> subprocess.Popen:
    environment = {**os.environ, "RETABLE_RESULTS": str(folder), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition, process: subprocess.Popen, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
