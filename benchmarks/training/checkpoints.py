"""Checkpoints, from which a job continues after any epoch, and weights of trained models."""

import hashlib
import json
import os
import re
import shutil
import warnings
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from benchmarks import provenance
from benchmarks.jobs import Job
from data_pipelines.cache import cache_folder
from data_pipelines.dataset import LeftOut
from data_pipelines.whole_files import intact, sealed_path, set_aside
from results.records import Digests, EpochEnd, JobKey, RecordFiles, RunRecord

UNREADABLE = (  # zipfile raises RuntimeError for what it does not know
    *(OSError, EOFError, ValueError, TypeError, LookupError, RuntimeError, MemoryError, BadZipFile, zlib.error),
)

FORM = 1  # of a checkpoint: raise it when `state_of` changes, because digests leave it out
FILE_NAME = re.compile(r"(?P<job>.+)-(?P<code>[0-9a-f]{12})(-deterministic)?")  # earlier versions had no code
LONGEST_NAME = 100  # of a commit or a release


@dataclass
class Progress:
    """How far a job is: its epochs, the weights of the best one, and the time spent before this start."""

    curve: list[EpochEnd] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)  # empty where the last epoch counts
    spent_seconds: float = 0.0


def path_of(job: Job) -> Path:
    """Return the path of a job's checkpoint, which other code than the job's does not find."""
    return folder_of(job.records or job.key.paper) / f"{_name(job.key)}-{_mark(job.code)}{mode_of(job)}.npz"


def mode_of(job: Job) -> str:
    """Return what a setting of the back end adds to the name of a checkpoint."""
    return "-deterministic" if job.options.deterministic else ""


def _mark(code: Digests) -> str:
    return hashlib.sha256("".join(code).encode()).hexdigest()[:12]


def folder_of(records: str) -> Path:
    """Return the folder of the checkpoints that wait for a records file, by the name of `for_records`."""
    return cache_folder().parent / "checkpoints" / records


def folders_of_paper(paper: str) -> list[Path]:
    """Return the folders of all records files of a paper: results, trials, and those of array tasks."""
    return sorted(folder_of(f"{paper}-").parent.glob(f"{paper}-{'[0-9a-f]' * 12}"))


def for_records(files: RecordFiles) -> str:
    """Return the name under which checkpoints wait for a records file; the caller holds its lock.

    Those of an earlier file at its path are removed.
    """
    path = files.record_ledger.path
    name = name_of(files)
    if not path.exists():
        shutil.rmtree(folder_of(name), ignore_errors=True)
        files.record_ledger.append([])
    return name


def remove_finished(name: str, records: Sequence[RunRecord], current: Sequence[RunRecord]) -> None:
    """Remove the checkpoints under a name whose jobs are finished; `current` are the records that count today."""
    for checkpoint in folder_of(name).glob("*.npz"):
        if _is_finished(checkpoint, records, current):
            remove(checkpoint)


def name_of(files: RecordFiles) -> str:
    """Return the name under which checkpoints wait for a records file."""
    return f"{files.paper}-{hashlib.sha256(os.fsencode(files.record_ledger.path.resolve())).hexdigest()[:12]}"


def _is_finished(checkpoint: Path, records: Sequence[RunRecord], current: Sequence[RunRecord]) -> bool:
    """Return whether a job has a record of a checkpoint's code, or a newer one that counts; or an old file name.

    A newer one that a colleague's code made does not count; an older one may be of a job that runs again.
    """
    if not (found := FILE_NAME.fullmatch(checkpoint.stem)):
        return True
    with suppress(OSError):
        written = datetime.fromtimestamp(checkpoint.stat().st_mtime, UTC).isoformat(timespec="microseconds")
        mine, counted = (
            [one for one in group if _name(one.key) == found["job"] and not one.error]
            for group in (records, current)
        )
        is_of_code = any(_mark(one.code) == found["code"] for one in mine)
        return is_of_code or any(one.finished > written for one in counted)
    return False


def remove(checkpoint: Path) -> None:
    """Remove a checkpoint that nobody needs, where that can be done."""
    with suppress(OSError):
        checkpoint.unlink()


def weights_path(key: JobKey, commit: str) -> Path:
    """Return the path of the weights of a job that the code of a commit trained."""
    name = re.sub(r"[^\w.+ -]", "-", commit)[:LONGEST_NAME]  # a line of a file may say anything
    return cache_folder().parent / "weights" / key.paper / f"{_name(key)}-{name}.weights.h5"


def _name(key: JobKey) -> str:
    return f"{key.fingerprint}-fold{key.fold}-seed{key.seed}-{key.backend}"


def save(job: Job, model: Any, rng: np.random.Generator, progress: Progress) -> None:
    """Write the whole state of a job. If the disk is full, warn and continue."""
    variables = state_of(model)
    arrays: dict[str, Any] = {f"state{number}": np.asarray(variable) for number, variable in enumerate(variables)}
    arrays |= {f"best{number}": array for number, array in enumerate(progress.best)}
    facts = {
        "form": FORM,
        "versions": provenance.versions(),
        "curve": [point[1:] for point in progress.curve],
        "spent_seconds": progress.spent_seconds,
        "generator": rng.bit_generator.state,
        "names": _names(variables),
        "job": {"key": job.key, "mode": mode_of(job), "commit": provenance.commit(), "code": job.code},
    }
    with _written_if_possible(path_of(job), "The checkpoint") as temporary:
        np.savez(temporary, **arrays, about=np.array(json.dumps(facts)))


def _names(variables: Iterable[Any]) -> list[str]:
    return [variable.path for variable in variables]


def save_weights(model: Any, key: JobKey) -> None:
    """Write the model's weights. If the disk is full, warn and continue."""
    path = weights_path(key, provenance.commit())
    with _written_if_possible(path, f"The weights of {key}") as temporary:
        model.save_weights(temporary)


@contextmanager
def _written_if_possible(path: Path, what: str) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with sealed_path(path) as temporary:
            yield temporary
    except OSError as error:  # the result must not be lost with it
        warnings.warn(f"{what} could not be written: {error}", LeftOut, stacklevel=4)


def resume(job: Job, model: Any, rng: np.random.Generator) -> Progress:
    """Set model and generator to the state in the job's checkpoint; without one that fits, leave them as they are.

    A checkpoint that other libraries wrote, or that cannot be read, is set aside with a warning.
    """
    path, variables = path_of(job), state_of(model)
    if not intact(path):
        return Progress()
    try:
        facts = about(path)
        state, progress, generator = _read(path, facts, job.key)
        if [array.shape for array in state] != [tuple(variable.shape) for variable in variables]:
            raise ValueError("it belongs to another network")
        if facts["job"]["code"] != list(job.code) and facts["names"] != _names(variables):
            raise ValueError("its code names the weights otherwise")
        rng.bit_generator.state = generator
    except UNREADABLE as error:
        set_aside(path, f"can't be used: {error}")
        return Progress()
    for variable, array in zip(variables, state, strict=True):
        variable.assign(array)
    return progress


def about(path: Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself. Raises one of UNREADABLE."""
    with np.load(path) as file:
        return json.loads(str(file["about"]))


def epochs_in(path: Path) -> int:
    """Return the number of epochs that a checkpoint saves; 0 where there is none, or none for these libraries."""
    with suppress(*UNREADABLE):
        return len(facts["curve"]) if is_ours(facts := about(path)) else 0
    return 0


def is_ours(facts: dict[str, Any]) -> bool:
    """Return whether these libraries, and this version of the suite, can read a checkpoint."""
    return (facts["versions"], facts.get("form", 1)) == (provenance.versions(), FORM)


def _read(path: Path, facts: dict[str, Any], key: JobKey) -> tuple[list[np.ndarray], Progress, dict[str, Any]]:
    """Return the arrays of `state_of`, the progress, and the state of the generator."""
    if facts["versions"] != provenance.versions():
        raise ValueError(f"{facts['versions']} wrote it, this is {provenance.versions()}")
    if facts.get("form", 1) != FORM:
        raise ValueError("another version of retable wrote it")
    with np.load(path) as file:
        state = [file[name] for name in file.files if name.startswith("state")]
        best = [file[name] for name in file.files if name.startswith("best")]
    curve = [EpochEnd(key, *point) for point in facts["curve"]]
    return state, Progress(curve, best, float(facts["spent_seconds"])), facts["generator"]


def state_of(model: Any) -> list[Any]:
    """Return weights, the states of recurrent layers and of random draws, and the optimizer's variables."""
    measures = {id(variable) for variable in model.metrics_variables}
    own = [variable for variable in model.variables if id(variable) not in measures]
    return own + list(model.optimizer.variables)
