"""A night as an array of tasks: jobs are listed once, each writes in a folder of its own, and all are gathered.

The commands of this suite hold one lock a paper for as long as they train, so tasks in one folder would wait for
each other, and locks of network file systems are not to be relied on. In a folder of its own a job meets nobody.
The folder is named after the job, so a task that starts again finds its checkpoint, in a later night too.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from filelock import Timeout

from benchmarks.evidence.standing import current
from benchmarks.jobs import Job, Planned, missing_jobs
from benchmarks.nights.plan import Plan
from benchmarks.outside.merging import take
from benchmarks.table import load_table
from data_pipelines.dataset import NO_DATA, DataError
from data_pipelines.whole_files import write_text
from results.locks import acquired
from results.records import RecordFiles

TRIALS = "trial"


class Listed(NamedTuple):
    """A job of the list: the number of the entry of the plan that asks for it, and the name of its folder."""

    run: int
    fingerprint: str
    seed: int
    fold: int
    folder: str


@dataclass(frozen=True)
class Tasks:
    """The jobs of a night by task, as fixed when it was submitted."""

    made: str  # UTC, ISO 8601
    commit: str
    tasks: list[list[Listed]]
    gpus: int = 0  # of a task
    problems: tuple[str, ...] = ()  # data that were unavailable
    number: str = ""  # of the array, once Slurm has given one

    @property
    def began(self) -> datetime:
        return datetime.fromisoformat(self.made)

    @property
    def jobs(self) -> list[tuple[int, Listed]]:
        """All jobs, each with the number of its task."""
        return [(number, job) for number, task in enumerate(self.tasks) for job in task]

    def hours_left(self, hours: float) -> float:
        """Return what is left of the hours of the night; 0 or less where they are over."""
        return hours - (datetime.now(UTC) - self.began).total_seconds() / 3600


@dataclass(frozen=True)
class Array:
    """The folder of the array of a plan: the list, the jobs' folders, and the logs."""

    folder: Path

    @property
    def list_path(self) -> Path:
        return self.folder / "tasks.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def results(self, job: Listed) -> Path:
        """Return the results folder of a job."""
        return self.folder / "jobs" / job.folder

    def write(self, tasks: Tasks) -> None:
        """Write the list."""
        self.logs.mkdir(parents=True, exist_ok=True)
        write_text(self.list_path, json.dumps(asdict(tasks), indent=1) + "\n")

    def read(self) -> Tasks:
        """Return the list. Raises DataError where there is none."""
        try:
            found = json.loads(self.list_path.read_text("utf-8"))
            tasks = [[Listed(*job) for job in task] for task in found["tasks"]]
            return replace(Tasks(**found), tasks=tasks, problems=tuple(found["problems"]))
        except FileNotFoundError as error:
            raise DataError(f"There is no {self.list_path}: `retable array submit` writes it.") from error
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f"{self.list_path} is not a list of tasks: {error}.") from error

    def stop(self, job: Listed, reason: str) -> None:
        """Note why a job is left to the next night."""
        self.results(job).mkdir(parents=True, exist_ok=True)
        write_text(self._stopped(job), f"{reason}\n")

    def begin(self, job: Listed) -> None:
        """Forget why the job was left."""
        self._stopped(job).unlink(missing_ok=True)

    def stopped(self, job: Listed) -> str:
        """Return why a job is left to the next night; empty where it noted nothing."""
        with suppress(OSError):
            return self._stopped(job).read_text("utf-8").strip()
        return ""

    def _stopped(self, job: Listed) -> Path:
        return self.results(job) / "stopped.txt"

    def gather(self, target: Path) -> None:
        """Take the records of all jobs into a folder of records, none twice, and remove the folders of ended jobs.

        The folder of a job that a task holds now is left, and so is one with a checkpoint alone.
        """
        for folder in sorted((self.folder / "jobs").glob("*")):
            taken = [_take(path, target / kind) for kind in ("", TRIALS) for path in _ledgers(folder / kind)]
            if any(taken):
                shutil.rmtree(folder, ignore_errors=True)

    def seconds(self, since: str) -> float:
        """Return the seconds that jobs which ended after a time took."""
        folders = [folder / kind for folder in (self.folder / "jobs").glob("*") for kind in ("", TRIALS)]
        files = [RecordFiles(path.stem, place) for place in folders for path in _ledgers(place)]
        return sum(record.seconds for one in files for record in one.records() if record.finished >= since)


def _ledgers(folder: Path) -> list[Path]:
    return sorted((folder / "reproduced").glob("*.csv"))


def _take(path: Path, target: Path) -> bool:
    """Take the records of one file; return whether there are any. False where a task holds it."""
    try:
        lock = acquired(Path(f"{path}.lock"), timeout=0)
    except Timeout:
        return False
    try:
        theirs = RecordFiles(path.stem, path.parent.parent)
        found = theirs.records()
        if found:
            take(theirs, RecordFiles(path.stem, target), found)
        return bool(found)
    finally:
        lock.release()


def missing(plan: Plan, target: Path) -> list[tuple[int, Job]]:
    """Return the jobs that a plan lacks in a folder of records, with the number of its entry; none twice."""
    found: dict[tuple, tuple[int, Job]] = {}
    for number, run in enumerate(plan.run):
        table = load_table(run.paper)
        planned = table.plan(table.cells(run.table, run.row, run.column), plan.options)
        done = current(planned, RecordFiles(run.paper, target).records())
        for job in missing_jobs(planned, done, backend=plan.backend, seeds=run.seeds):
            found.setdefault(job.key.identity, (number, job))
    return list(found.values())


def listed(number: int, job: Job) -> Listed:
    """Return a job as the list has it."""
    key = job.key
    folder = f"{key.paper}-{key.fingerprint}-seed{key.seed}-fold{key.fold}-{key.backend}"
    return Listed(number, key.fingerprint, key.seed, key.fold, folder)


def tasks_of(jobs: Sequence[tuple[int, Job]], most: int) -> list[list[Listed]]:
    """Return a task for each job, or for several where the cluster takes fewer; those without data share one."""
    brief = [listed(number, job) for number, job in jobs if job.recipe.dataset is NO_DATA]
    long = [listed(number, job) for number, job in jobs if job.recipe.dataset is not NO_DATA]
    if most == 1:
        brief, long = [], brief + long
    share = most - 1 if brief else most
    tasks = [brief, *(long[first::share] for first in range(min(share, len(long))))]
    return [task for task in tasks if task]


def cells_of(plan: Plan, job: Listed) -> list[Planned]:
    """Return the cells that a listed job is for. Raises DataError where today's code has another recipe."""
    if not 0 <= job.run < len(plan.run):
        raise DataError("The plan has changed since its jobs were listed: submit it again.")
    run = plan.run[job.run]
    table = load_table(run.paper)
    planned = table.plan(table.cells(run.table, run.row, run.column), plan.options)
    if not (found := [one for one in planned if one.fingerprint == job.fingerprint]):
        raise DataError(f"{job.folder} is not a job of today's plan and code: submit the plan again.")
    return found
