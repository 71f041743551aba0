"""Systems for tests of runners: they say where they ran, wait, warn, or end their process."""

import os
import signal
import time
import warnings
from functools import partial
from pathlib import Path

from benchmarks import machine
from benchmarks.jobs import Job
from benchmarks.recipe import Measurement
from data_pipelines.dataset import LeftOut
from results.records import JobKey


def where(fold, seed: int) -> dict[str, float]:
    """Return the number of this process and its threads."""
    return {"process": os.getpid(), "threads": machine.threads()}


def noted(fold, seed: int, *, folder: Path, seconds: float) -> dict[str, float]:
    """Write the number of this process into a folder and wait; return when it began and ended."""
    began = time.monotonic()
    (folder / str(os.getpid())).touch()
    time.sleep(seconds)
    return {"began": began, "ended": time.monotonic()}


def met(fold, seed: int, *, folder: Path, seconds: float) -> dict[str, float]:
    """Wait until two jobs have begun, but only so long; return when this one began and ended."""
    began = time.monotonic()
    (folder / str(seed)).touch()
    while len(list(folder.iterdir())) < 2 and time.monotonic() < began + seconds:
        time.sleep(0.02)
    return {"began": began, "ended": time.monotonic()}


def killed(fold, seed: int, *, folder: Path, times: int) -> dict[str, float]:
    """End this process as the system does when memory is short, the first so many times; return the number."""
    before = len(list(folder.glob(f"{seed} *")))
    if before < times:
        (folder / f"{seed} {before}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"times": float(before)}


def warned(fold, seed: int) -> dict[str, float]:
    """Say what no test expects on standard output, and warn."""
    print("a line of a library", flush=True)
    warnings.warn("The checkpoint is ignored", LeftOut, stacklevel=1)
    return {"seed": float(seed)}


def tiny(fold, rng, **settings):
    """Build a network that compiles at once, in place of a paper's."""
    import keras

    x = keras.Input(fold.train.x.shape[1:])
    return keras.Model(x, keras.layers.Dense(10)(keras.layers.Flatten()(x)))


def jobs(measure, count: int, **settings) -> list[Job]:
    """Return jobs of one system, by seed."""
    recipe = Measurement(measure=partial(measure, **settings), metrics=())
    return [
        Job(JobKey("paper", "1", "row", "column", 0, seed, "tensorflow", "mark", 1), recipe)
        for seed in range(count)
    ]
