"""Checkpoints inside a job: what a run needs to go on after any epoch as if it had never stopped."""

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from benchmarks import provenance
from data_pipelines.dataset import LeftOut
from data_pipelines.download import cache_folder
from results.records import EpochEnd, JobKey


@dataclass
class Progress:
    """How far a job has come: its epochs, the weights of the best one, and the time it took before this start."""

    curve: list[EpochEnd] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)  # empty where the last epoch counts
    spent_seconds: float = 0.0


def place(key: JobKey, deterministic: bool) -> Path:
    """Return where the checkpoint of a job lies."""
    mode = "-deterministic" if deterministic else ""
    name = f"{key.fingerprint}-fold{key.fold}-seed{key.seed}-{key.backend}{mode}.npz"
    return cache_folder().parent / "checkpoints" / key.paper / name


def save(path: Path, model: Any, rng: np.random.Generator, progress: Progress) -> None:
    """Write the whole state of a job; the file is replaced only by a whole one. A full disk is told, no error."""
    arrays: dict[str, Any] = {
        f"state{number}": np.asarray(variable) for number, variable in enumerate(_state(model))
    }
    arrays |= {f"best{number}": array for number, array in enumerate(progress.best)}
    about = {
        "commit": provenance.commit(),
        "curve": [point[1:] for point in progress.curve],
        "spent_seconds": progress.spent_seconds,
        "generator": rng.bit_generator.state,
    }
    partial = path.with_name(f"partial-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(partial, **arrays, about=np.array(json.dumps(about)))
        partial.replace(path)
    except OSError as error:  # the run can go on without
        warnings.warn(f"No checkpoint could be written: {error}", LeftOut, stacklevel=2)


def resume(path: Path, key: JobKey, model: Any, rng: np.random.Generator) -> Progress:
    """Bring model and generator to where the checkpoint left them; without one that fits, to nothing at all.

    One that other code wrote, or that can't be read, is told and left aside.
    """
    if not path.exists():
        return Progress()
    variables = _state(model)
    try:
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            if about["commit"] != provenance.commit():
                raise ValueError(f"it is of commit {about['commit']}, this is {provenance.commit()}")
            state = [file[name] for name in file.files if name.startswith("state")]
            best = [file[name] for name in file.files if name.startswith("best")]
        if [array.shape for array in state] != [tuple(variable.shape) for variable in variables]:
            raise ValueError("it is of another network")
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        warnings.warn(f"The checkpoint {path} is left aside: {error}", LeftOut, stacklevel=2)
        return Progress()
    for variable, array in zip(variables, state, strict=True):
        variable.assign(array)
    rng.bit_generator.state = about["generator"]
    return Progress([EpochEnd(key, *point) for point in about["curve"]], best, about["spent_seconds"])


def _state(model: Any) -> list[Any]:
    """Return weights, the states of recurrent layers and of random draws, and the optimizer's variables."""
    measures = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in measures]
    return own + list(model.optimizer.variables)
