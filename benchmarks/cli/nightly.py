"""retable nightly | nights | schedule: unattended runs by a plan, their row, and the unit that starts them."""

import json
import os
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.console import FORMATS, PLAIN_DATA, print_rows, print_verdicts
from benchmarks.cli.options.arguments import Format
from benchmarks.cli.run import train_cells
from benchmarks.reporting import report_on
from benchmarks.reproduce import folder_of_records
from benchmarks.runners.places import choose_runner, run_apart
from benchmarks.signals import Status
from benchmarks.streams import masked
from benchmarks.table import load_table, match
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import atomic_path, write_text
from results.folders import results_folder
from results.ledger import ResultsError

if TYPE_CHECKING:
    from benchmarks.nights.plan import Plan, PlannedRun
    from benchmarks.nights.series.kept import KeptNights

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


def nights(plan_file: PlanFile, format: Format = "table") -> None:
    """Print the nights of a plan that are kept, and what each of them changed."""
    from benchmarks.nights.series import table
    from benchmarks.nights.series.kept import KeptNights

    form = match("format", format, list(FORMATS))
    if not plan_file.is_file():
        raise DataError(f"There is no plan {plan_file}.")
    found = KeptNights.of_plan(results_folder(), plan_file).summaries()
    if not found and form not in PLAIN_DATA:
        print(f"No night of {plan_file} is kept. `retable nightly {plan_file}` runs one.")
        return
    rows = {"json": table.as_data, "csv": table.as_flat}.get(form, table.as_rows)(found)
    print_rows(rows, form, f"Nights of {plan_file}")
    if form == "table" and (lines := table.in_words(found)):
        print(*lines, sep="\n")


def _night(plan_file: Path) -> dict[str, Any]:
    """Train, run again, judge, print and write the summary, and return it."""
    from benchmarks.nights.plan import alone, read_plan
    from benchmarks.nights.series.kept import KeptNights

    plan = read_plan(plan_file)
    kept = KeptNights.of_plan(results_folder(), plan_file)
    with alone(kept.lock) as is_free:
        if not is_free:
            print(f"A night of {plan_file} is running already.")
            raise typer.Exit(Status.ALREADY_RUNNING)
        kept.adopt()
        results = plan.folder(plan.results, plan_file.parent) or results_folder()
        folder, _ = folder_of_records(results, plan.options)
        summary = _watched(plan, kept, results, folder)
        if (pages := plan.folder(plan.report, plan_file.parent)) is not None:
            tables = [load_table(name) for name in dict.fromkeys(run.paper for run in plan.run)]
            print(report_on(tables, folder, pages, backend=plan.backend, options=plan.options))
        return summary


def _watched(plan: "Plan", kept: "KeptNights", results: Path, folder: Path) -> dict[str, Any]:
    """Let a night run beside those before it, and write its summary."""
    from benchmarks.nights.plan import Stop, stopping
    from benchmarks.nights.series.watch import Watch, choose_apart
    from benchmarks.nights.summary import in_words, names_of_records, run_state, summarise

    problems: list[str] = []
    stopped, known = "", names_of_records(plan, folder)
    watch = Watch(plan, kept, folder, choose_apart(plan, run_apart, choose_runner))
    watch.begin()
    try:
        with stopping(plan.hours, problems):
            for run in plan.run:
                _train(plan, run, results, problems)
            watch.trained()
            watch.rerun(problems, print)
    except Stop as reason:
        stopped = str(reason)
    watch.trained()
    states = [run_state(plan, run, folder, known) for run in plan.run]
    if stopped:  # otherwise they have been printed
        for run, state in zip(plan.run, states, strict=True):
            print_verdicts(load_table(run.paper), state.judged)
    beside = watch.conclude([verdict for state in states for verdict in state.judged])
    summary = summarise(plan, states, problems, stopped, watch.clock, beside=beside)
    print(*in_words(summary), f"Written to {kept.write(summary)}.", sep="\n")
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
