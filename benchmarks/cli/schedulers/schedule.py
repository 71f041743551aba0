"""retable schedule: the units by which a scheduler runs a plan every night."""

import os
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.nightly import PlanFile
from benchmarks.table import match
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import atomic_path, write_text


def schedule(
    plan_file: PlanFile,
    scheduler: Annotated[str, typer.Option("--with", help="systemd, cron, slurm, kubernetes, kuberay or github.")],
    at: Annotated[str, typer.Option(help="When, as HH:MM.")] = "01:30",
    gpus: Annotated[int, typer.Option(min=0, max=1000, help="Slurm: GPUs of a task. KubeRay: of a worker.")] = 1,
    partition: Annotated[str | None, typer.Option(help="Slurm: where tasks run.")] = None,
    account: Annotated[str | None, typer.Option(help="Slurm: who pays.")] = None,
    qos: Annotated[str | None, typer.Option(help="Slurm: the quality of service.")] = None,
    cpus: Annotated[int | None, typer.Option(min=1, max=10_000, help="Slurm: cores of a task.")] = None,
    memory: Annotated[str | None, typer.Option("--mem", help="Slurm: memory of a task, as 16G.")] = None,
    time: Annotated[str | None, typer.Option(help="Slurm: of a task, as 4:00:00 [the plan's hours].")] = None,
    array_limit: Annotated[int | None, typer.Option(min=1, help="Slurm: tasks at once, at most.")] = None,
    most_tasks: Annotated[
        int | None, typer.Option(min=1, help="Slurm: tasks of the array, at most [as the cluster says].")
    ] = None,
    image: Annotated[str, typer.Option(help="Kubernetes, KubeRay: an image with retable.")] = "retable:latest",
    dashboard: Annotated[
        str, typer.Option(help="Kubernetes: where the Ray cluster takes jobs.")
    ] = "http://raycluster-head-svc:8265",
    workers: Annotated[int, typer.Option(min=0, max=10_000, help="KubeRay: workers of the cluster.")] = 1,
    claim: Annotated[str, typer.Option(help="KubeRay: volume claim for records and data.")] = "retable",
    output: Annotated[Path | None, typer.Option(help="Write files into this folder, print nothing else.")] = None,
) -> None:
    """Print the units by which a scheduler runs a plan every night."""
    from benchmarks.nights.notify import check
    from benchmarks.nights.plan import read_plan
    from benchmarks.nights.schedulers import AWAY, NEXT, SCHEDULERS, name_of, units

    chosen, plan = match("scheduler", scheduler, list(SCHEDULERS)), read_plan(plan_file)
    if chosen not in AWAY:
        check(plan, plan_file)
    settings = {"gpus": gpus, "image": image, "dashboard": dashboard, "workers": workers, "claim": claim}
    settings |= {"partition": partition, "account": account, "qos": qos, "cpus": cpus, "memory": memory}
    settings |= {"time": time, "array_limit": array_limit, "most_tasks": most_tasks}
    files = units(chosen, plan_file, plan, at, folder=output, **settings)
    if output is None:
        print(*files.values(), sep="", end="")
        return
    _write(chosen, plan_file, output, files)
    print(f"Next: {NEXT[chosen].format(name=name_of(plan_file), folder=output)}")


def _write(scheduler: str, plan_file: Path, output: Path, files: dict[str, str]) -> None:
    """Write the units, and the file of secrets where there are any, and print their paths."""
    from benchmarks.nights.schedulers import secrets_file, secrets_text

    try:
        output.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise DataError(f"{output} is not a folder.") from error
    for name, text in files.items():
        write_text(output / name, text)
        print(output / name)
    if secrets := secrets_text(scheduler):
        _write_for_owner(secrets_file(plan_file, output), secrets)
        print(secrets_file(plan_file, output))


def _write_for_owner(path: Path, text: str) -> None:
    """Write a file that nobody else can read, at no time."""
    with atomic_path(path) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
