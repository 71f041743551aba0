"""retable nightly | schedule: unattended runs by a plan, and the unit that starts them."""

import json
import os
import sys
from contextlib import nullcontext, redirect_stdout
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.console import print_verdicts
from benchmarks.cli.run import train_cells
from benchmarks.reporting import report_on
from benchmarks.reproduce import folder_of_records
from benchmarks.runners.places import choose_runner
from benchmarks.signals import Status
from benchmarks.streams import masked
from benchmarks.table import load_table, match
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import atomic_path, write_text
from results.folders import results_folder
from results.ledger import ResultsError

if TYPE_CHECKING:
    from benchmarks.nights.plan import Plan, PlannedRun

PlanFile = Annotated[Path, typer.Argument(help="A TOML file; docs/gpu.md shows one.")]


def nightly(
    plan_file: PlanFile, format: Annotated[str, typer.Option(help="table, or json: the summary alone.")] = "table"
) -> None:
    """Train what a plan lacks, for at most its hours, and judge it.

    Exits with 0 when nothing is missing and the gate is open, 1 when something failed or the gate closed, 3 when
    time ran out or SIGTERM came (the next night continues), 4 when a night of the same plan is running, 5 when no
    cell has a verdict on a published value by today's code.
    """
    is_data = match("format", format, ("table", "json")) == "json"
    with redirect_stdout(sys.stderr) if is_data else nullcontext():
        summary = _night(plan_file)
    if is_data:
        print(json.dumps(summary, indent=1))
    raise typer.Exit(summary["exit code"])


def _night(plan_file: Path) -> dict[str, Any]:
    """Train, judge, print and write the summary, and return it."""
    from benchmarks.nights.plan import Stop, alone, read_plan, stopping
    from benchmarks.nights.summary import in_words, run_state, summarise

    plan = read_plan(plan_file)
    results = plan.folder(plan.results, plan_file.parent) or results_folder()
    name = f"{plan_file.stem}-{sha256(os.fsencode(plan_file.resolve())).hexdigest()[:6]}"
    place = results_folder() / "nightly"
    with alone(place / f"{name}.lock") as is_free:
        if not is_free:
            print(f"A night of {plan_file} is running already.")
            raise typer.Exit(Status.ALREADY_RUNNING)
        started, stopped = datetime.now(UTC), ""
        problems: list[str] = []
        try:
            with stopping(plan.hours, problems):
                for run in plan.run:
                    _train(plan, run, results, problems)
        except Stop as reason:
            stopped = str(reason)
        folder, _ = folder_of_records(results, plan.options)
        states = [run_state(plan, run, folder, started.isoformat()) for run in plan.run]
        if stopped:  # otherwise they have been printed
            for run, state in zip(plan.run, states, strict=True):
                print_verdicts(load_table(run.paper), state.judged)
        summary = summarise(plan, states, problems, stopped, started)
        written = place / f"{name}.json"
        write_text(written, json.dumps(summary, indent=1) + "\n")
        print(*in_words(summary), f"Written to {written}.", sep="\n")
        if (pages := plan.folder(plan.report, plan_file.parent)) is not None:
            tables = [load_table(name) for name in dict.fromkeys(run.paper for run in plan.run)]
            print(report_on(tables, folder, pages, backend=plan.backend, options=plan.options))
        return summary


def schedule(
    plan_file: PlanFile,
    scheduler: Annotated[str, typer.Option("--with", help="systemd, cron, slurm, kubernetes or github.")],
    at: Annotated[str, typer.Option(help="When, as HH:MM.")] = "01:30",
    gpus: Annotated[int, typer.Option(min=0, max=1000, help="GPUs that Slurm is asked for.")] = 1,
    image: Annotated[str, typer.Option(help="Kubernetes: an image with retable in it.")] = "retable:latest",
    dashboard: Annotated[
        str, typer.Option(help="Kubernetes: where the Ray cluster takes jobs.")
    ] = "http://raycluster-head-svc:8265",
    output: Annotated[Path | None, typer.Option(help="Write files into this folder, print nothing.")] = None,
) -> None:
    """Print the unit by which a scheduler runs a plan every night."""
    from benchmarks.nights.plan import read_plan
    from benchmarks.nights.schedulers import SCHEDULERS, secrets_file, secrets_text, units

    chosen = match("scheduler", scheduler, list(SCHEDULERS))
    settings = {"gpus": gpus, "image": image, "dashboard": dashboard}
    files = units(chosen, plan_file, read_plan(plan_file), at, folder=output, **settings)
    if output is None:
        print(*files.values(), sep="", end="")
        return
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_text(output / name, text)
        print(output / name)
    if secrets := secrets_text(chosen):
        _write_for_owner(secrets_file(plan_file, output), secrets)
        print(secrets_file(plan_file, output))


def _write_for_owner(path: Path, text: str) -> None:
    """Write a file that nobody else can read, at no time."""
    with atomic_path(path) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)


def _train(plan: "Plan", run: "PlannedRun", results: Path, problems: list[str]) -> None:
    """Train one entry of the plan; a problem is added to `problems`, and the next entry runs."""
    table = load_table(run.paper)
    try:
        train_cells(
            table,
            table.cells(run.table, run.row, run.column),
            backend=plan.backend,
            seeds=run.seeds,
            options=plan.options,
            results=results,
            runner=choose_runner(plan.on, plan.cluster, plan.share),
            problems=problems,
        )
    except (DataError, ResultsError) as error:
        problems.append(masked(f"failed: {error}"))
