"""retable array submit | task | close: the night of a plan as an array of Slurm jobs."""

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks import provenance
from benchmarks.cli.console import warn, wide_console
from benchmarks.cli.nightly import PlanFile, night, place_of, plan_alone
from benchmarks.cli.options.arguments import with_papers
from benchmarks.cli.progress import RunReport
from benchmarks.reproduce import Watcher, folder_of_records, reproduce, with_data
from benchmarks.runners.places import choose_runner, share_of_machine
from benchmarks.signals import Status
from benchmarks.table import load_table
from benchmarks.tracked.about import of_paper
from benchmarks.tracked.later import track as send_missing
from benchmarks.training.backends import select_backend
from data_pipelines.dataset import DataError
from results.folders import results_folder
from results.records import RecordFiles
from results.tracking.tracker import Tracker

if TYPE_CHECKING:
    from benchmarks.jobs import Job
    from benchmarks.nights.array import Array, Listed, Tasks
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Plan

app = typer.Typer(
    help="The night of a plan as an array of Slurm jobs.",
    no_args_is_help=True,
)


@app.command()
@with_papers
def submit(
    plan_file: PlanFile,
    units: Annotated[Path | None, typer.Option(help="Folder of the scripts [that of the plan].")] = None,
    array_limit: Annotated[int | None, typer.Option(min=1, help="Tasks that run at once, at most.")] = None,
    most_tasks: Annotated[int | None, typer.Option(min=1, help="Of the array [as the cluster says].")] = None,
    gpus: Annotated[int, typer.Option(min=0, max=1000, help="Of a task, to count GPU hours.")] = 0,
) -> None:
    """Submit a task for each job that a plan lacks.

    The jobs are listed, their data fetched, and a last job closes the night when all tasks have ended. Exits with
    4 while a night of the plan is in the queue.
    """
    from benchmarks.nights import slurm
    from benchmarks.nights.array import Tasks, tasks_of
    from benchmarks.nights.schedulers import name_of

    plan, array = _plan(plan_file), _array(plan_file)
    name, folder, results = name_of(plan_file), (units or plan_file.parent).resolve(), _results(plan, plan_file)
    with plan_alone(plan_file):
        if numbers := slurm.queued(name, f"{name}-close"):
            print(f"A night of {plan_file} is in the queue already: {', '.join(numbers)}.")
            raise typer.Exit(Status.ALREADY_RUNNING)
        most = min(slurm.most_tasks(), most_tasks or sys.maxsize)
        array.gather(results)
        jobs, problems = _missing(plan, results)
        made = datetime.now(UTC).isoformat(timespec="microseconds")
        tasks = Tasks(made, provenance.commit(), tasks_of(jobs, most), gpus, tuple(problems))
        array.write(tasks)
        if tasks.tasks:
            several = f"%{array_limit}" if array_limit else ""
            wanted = [f"--array=0-{len(tasks.tasks) - 1}{several}"]
            number = slurm.submit(folder / f"{name}-array.sbatch", wanted, _log(array, "%A_%a"))
            tasks = replace(tasks, number=number)
            array.write(tasks)
        _submit_closing(folder / f"{name}-close.sbatch", array, tasks)


def _submit_closing(script: Path, array: "Array", tasks: "Tasks") -> None:
    """Submit the job that closes the night, and say what was submitted."""
    from benchmarks.nights import slurm

    after = [f"--dependency=afterany:{tasks.number}"] if tasks.number else []
    try:
        closing = slurm.submit(script, after, _log(array, "%j-close"))
    except DataError as error:
        here = f" Array {tasks.number} runs; `retable array close PLAN` ends its night." if tasks.number else ""
        raise DataError(f"{error}{here}") from error
    jobs = sum(map(len, tasks.tasks))
    what = f"{jobs} job(s) in {len(tasks.tasks)} task(s) as array {tasks.number}" if jobs else "Nothing is missing"
    print(f"{what}; job {closing} closes the night. Logs: {array.logs}")


@app.command()
@with_papers
def task(
    plan_file: PlanFile,
    number: Annotated[int, typer.Argument(min=0, help="Of the task, as in SLURM_ARRAY_TASK_ID.")],
) -> None:
    """Train the jobs of one task.

    Started again, it continues from their checkpoints. Exits with 1 when a job failed, and with 3 when time ran
    out or SIGTERM came: the next night continues.
    """
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Stop, stopping

    plan, array = _plan(plan_file), _array(plan_file)
    tasks = array.read()
    if number >= len(tasks.tasks):
        raise DataError(f"There is no task {number}: {array.list_path} has {len(tasks.tasks)}, from 0.")
    problems: list[str] = []
    meter = GpuMeter(plan, given=tasks.gpus, gpus=tasks.gpus, seconds=tasks.gpus * array.seconds(tasks.made))
    waiting = list(tasks.tasks[number])
    try:
        if (left := tasks.hours_left(plan.hours)) <= 0:
            raise Stop(f"its {plan.hours:g} hours were over")
        meter.check()
        with stopping(left, problems, said=plan.hours):
            while waiting:
                _train_one(plan, array, waiting[0], meter, problems)
                waiting.pop(0)
    except Stop as reason:
        for job in waiting:
            array.stop(job, str(reason))
        warn(f"Stopped: {reason}; the next night continues.")
        raise typer.Exit(Status.FAILED if problems else Status.STOPPED) from None
    if problems:
        raise typer.Exit(Status.FAILED)


def _train_one(plan: "Plan", array: "Array", job: "Listed", meter: "GpuMeter", problems: list[str]) -> None:
    """Train one listed job in its own folder; what is there already is not trained again."""
    from benchmarks.nights.array import cells_of

    cells = cells_of(plan, job)
    select_backend(plan.backend, plan.deterministic)
    array.begin(job)
    folder, _ = folder_of_records(array.results(job), plan.options)
    identity = cells[0].key(job.fold, job.seed, plan.backend).identity
    with RunReport(wide_console(), problems) as report:
        reproduce(
            cells,
            meter.around(choose_runner("here", share=share_of_machine("auto", plan.threads))),
            folder,
            backend=plan.backend,
            seeds=job.seed + 1,
            watcher=report,
            only={identity},
        )


@app.command()
@with_papers
def close(plan_file: PlanFile) -> None:
    """Take in the records of all tasks, and judge.

    It writes the summary of the night and exits as `nightly` does.
    """
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Stop

    plan, array = _plan(plan_file), _array(plan_file)
    tasks = array.read()

    def gather(plan: "Plan", results: Path, problems: list[str], meter: GpuMeter) -> None:
        meter.gpus, meter.seconds = tasks.gpus, tasks.gpus * array.seconds(tasks.made)
        array.gather(results)
        failed, left = _failures(plan, results, array, tasks)
        problems += [*tasks.problems, *failed]
        _send(plan, results)
        if left:
            raise Stop("; ".join(left))

    with plan_alone(plan_file):
        _refuse_if_queued(plan_file)
        summary = night(plan, plan_file, gather, tasks.began)
    raise typer.Exit(summary["exit code"])


def _refuse_if_queued(plan_file: Path) -> None:
    """Exit with 4 while tasks wait or run; without Slurm, nobody can tell."""
    from benchmarks.nights import slurm
    from benchmarks.nights.schedulers import name_of

    with suppress(DataError):
        if numbers := slurm.queued(name_of(plan_file)):
            print(f"Tasks of {plan_file} are in the queue: {', '.join(numbers)}.")
            raise typer.Exit(Status.ALREADY_RUNNING)


def _failures(plan: "Plan", results: Path, array: "Array", tasks: "Tasks") -> tuple[list[str], list[str]]:
    """Return what failed since the night began, and why jobs are left to the next night.

    A job without a record or a reason has failed: so ends a task that Slurm kills for its memory.
    """
    folder, _ = folder_of_records(results, plan.options)
    papers = dict.fromkeys(run.paper for run in plan.run)
    records = [record for paper in papers for record in RecordFiles(paper, folder).records()]
    ended = [record for record in records if record.finished >= tasks.made]
    keys = {(record.key.fingerprint, record.key.seed, record.key.fold) for record in ended}
    failed, left = [f"failed: {record.error}" for record in ended if record.error], []
    for number, job in tasks.jobs:
        if (job.fingerprint, job.seed, job.fold) in keys:
            continue
        if reason := array.stopped(job):
            left.append(reason)
        else:
            log = f"{array.logs}/{tasks.number}_{number}.log"
            failed.append(f"failed: task {number} left no record of {job.folder}; see {log}")
    return failed, list(dict.fromkeys(left))


def _send(plan: "Plan", results: Path) -> None:
    """Send to MLflow what it lacks; a trial stays here, as with `retable track`."""
    if plan.options.is_trial:
        return
    for paper in dict.fromkeys(run.paper for run in plan.run):
        table = load_table(paper)
        tracker = Tracker(paper, results, warn, about=of_paper(table))
        send_missing(table.plan(), RecordFiles(paper, results), tracker)


class _Unavailable(Watcher):
    """Notes which data are missing."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def unavailable(self, reason: str) -> None:
        """Note which data set is missing; its jobs are left out."""
        self.problems.append(f"unavailable: {reason}")
        warn(f"Skipped: {reason}")


def _missing(plan: "Plan", results: Path) -> tuple[list[tuple[int, "Job"]], list[str]]:
    """Return the jobs that a plan lacks and that have their data, and what is unavailable.

    Data are fetched here, because the nodes of many clusters have no network.
    """
    from benchmarks.nights.array import missing

    folder, _ = folder_of_records(results, plan.options)
    found, watcher = missing(plan, folder), _Unavailable()
    there = {job.key for job in with_data([job for _, job in found], watcher)}
    return [(number, job) for number, job in found if job.key in there], watcher.problems


def _results(plan: "Plan", plan_file: Path) -> Path:
    return plan.folder(plan.results, plan_file.parent) or results_folder()


def _array(plan_file: Path) -> "Array":
    from benchmarks.nights.array import Array

    return Array(Path(f"{place_of(plan_file)}.array"))


def _log(array: "Array", pattern: str) -> str:
    """Return where Slurm writes the log of a task; a per cent sign begins a pattern there."""
    return f"{str(array.logs.resolve()).replace('%', '%%')}/{pattern}.log"


def _plan(plan_file: Path) -> "Plan":
    from benchmarks.nights.plan import read_plan

    plan = read_plan(plan_file)
    if plan.on != "here":
        raise DataError(f'{plan_file} runs on Ray, and Slurm gives every job a place. Expected on = "here".')
    return plan
