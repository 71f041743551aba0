"""retable nightly | schedule: unattended runs by a plan, and the unit that starts them."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.report import report_on
from benchmarks.cli.run import choose_runner, folder_of_records, train_cells
from benchmarks.cli.show import print_verdicts
from benchmarks.reproduce import missing_jobs, verdicts
from benchmarks.table import load_table, match
from data_pipelines.dataset import DataError
from results.ledger import ResultsError
from results.records import RecordFiles, results_folder
from results.tables import as_row
from results.verdicts import Verdict

if TYPE_CHECKING:
    from benchmarks.nights.plan import Plan, PlannedRun

PlanFile = Annotated[Path, typer.Argument(help="A TOML file; the README shows one.")]


def nightly(plan_file: PlanFile) -> None:
    """Train what a plan still misses, for at most its hours, and judge it.

    Exits with 0 when all is there and the gate is open, 1 when something failed or the gate closed, 3 when time
    ran out or SIGTERM came (the next night goes on), 4 when a night of the same plan is running.
    """
    from benchmarks.nights.plan import Exit, Stop, alone, read_plan, stopping

    plan = read_plan(plan_file)
    results = plan.folder(plan.results, plan_file.parent) or results_folder()
    name = f"{plan_file.stem}-{sha256(str(plan_file.resolve()).encode()).hexdigest()[:6]}"
    place = results_folder() / "nightly"
    with alone(place / f"{name}.lock") as is_free:
        if not is_free:
            print(f"A night of {plan_file} is running already.")
            raise typer.Exit(Exit.ALREADY_RUNNING)
        started, stopped = datetime.now(UTC), ""
        problems: list[str] = []
        try:
            with stopping(plan.hours, problems):
                for run in plan.run:
                    _train(plan, run, results, problems)
        except Stop as reason:
            stopped = str(reason)
        summary = summarise(plan, results, problems, stopped, started)
        written = place / f"{name}.json"
        written.write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
        _tell(summary)
        print(f"Written to {written}.")
        if (pages := plan.folder(plan.report, plan_file.parent)) is not None:
            folder, _ = folder_of_records(results, plan.options)
            papers = dict.fromkeys(run.paper for run in plan.run)
            print(report_on(papers, folder, pages, backend=plan.backend, options=plan.options))
        raise typer.Exit(summary["exit code"])


def schedule(
    plan_file: PlanFile,
    scheduler: Annotated[str, typer.Option("--with", help="systemd, cron, slurm, kubernetes or github.")],
    at: Annotated[str, typer.Option(help="When, as HH:MM.")] = "01:30",
    gpus: Annotated[int, typer.Option(help="GPUs that Slurm is asked for.")] = 1,
    image: Annotated[str, typer.Option(help="Kubernetes: an image with retable in it.")] = "retable:latest",
    dashboard: Annotated[
        str, typer.Option(help="Kubernetes: where the Ray cluster takes jobs.")
    ] = "http://raycluster-head-svc:8265",
    output: Annotated[Path | None, typer.Option(help="Write the files into this folder instead.")] = None,
) -> None:
    """Print the unit by which a scheduler runs a plan every night."""
    from benchmarks.nights.plan import read_plan
    from benchmarks.nights.schedulers import SCHEDULERS, units

    chosen = match("scheduler", scheduler, list(SCHEDULERS))
    files = units(chosen, plan_file, read_plan(plan_file), at, gpus=gpus, image=image, dashboard=dashboard)
    for name, text in files.items():
        if output is None:
            print(text, end="")
        else:
            output.mkdir(parents=True, exist_ok=True)
            (output / name).write_text(text, "utf-8")
            print(output / name)


def summarise(
    plan: "Plan", results: Path, problems: Sequence[str], stopped: str, started: datetime
) -> dict[str, Any]:
    """Judge every planned cell by what is on disk, and return what the night came to."""
    from benchmarks.nights.plan import Exit

    folder, _ = folder_of_records(results, plan.options)
    judged, left, new = [], 0, 0
    for run in plan.run:
        table = load_table(run.paper)
        cells = table.cells(run.table, run.row, run.column)
        records = RecordFiles(run.paper, folder).records()
        mine = verdicts(table, cells, records, backend=plan.backend, options=plan.options)
        if stopped:  # otherwise they have been printed
            print_verdicts(table, mine)
        jobs = missing_jobs(table, cells, records, backend=plan.backend, seeds=run.seeds, options=plan.options)
        places = {cell[:4] for cell in cells}
        new += sum(r.key[:4] in places and r.finished >= started.isoformat() and not r.error for r in records)
        left += len(jobs)
        judged += mine
    closed_by = [verdict for verdict in judged if verdict.answer in plan.gate]
    code = Exit.FAILED if problems or closed_by else Exit.UNFINISHED if left else Exit.PASSED
    return {
        "started": started.isoformat(timespec="seconds"),
        "hours": round((datetime.now(UTC) - started).total_seconds() / 3600, 4),
        "stopped": stopped,
        "new runs": new,
        "runs left": left,
        "problems": list(problems),
        "verdicts": dict(Counter(str(verdict.answer) for verdict in judged)),
        "gate": [_name(verdict) for verdict in closed_by],
        "exit code": int(code),
        "cells": [as_row(verdict) for verdict in judged],
    }


def _train(plan: "Plan", run: "PlannedRun", results: Path, problems: list[str]) -> None:
    """Train one entry of the plan; what goes wrong joins `problems`, and the next entry has its turn."""
    table = load_table(run.paper)
    try:
        train_cells(
            table,
            table.cells(run.table, run.row, run.column),
            backend=plan.backend,
            seeds=run.seeds,
            options=plan.options,
            results=results,
            runner=choose_runner(plan.on, plan.cluster),
            problems=problems,
        )
    except (DataError, ResultsError) as error:
        problems.append(f"failed: {error}")


def _tell(summary: dict[str, Any]) -> None:
    """Print the last lines of a night."""
    counts = ", ".join(f"{count} {answer}" for answer, count in summary["verdicts"].items())
    print(f"Night: {summary['new runs']} new run(s) in {summary['hours']:.2f} hours, {summary['runs left']} left.")
    print(f"Verdicts: {counts}.")
    for problem in summary["problems"]:
        print(f"Problem: {problem}")
    if summary["stopped"]:
        print(f"Stopped: {summary['stopped']}; the next night goes on.")
    print(f"Gate: {'closed by ' + '; '.join(summary['gate']) if summary['gate'] else 'open'}.")


def _name(verdict: Verdict) -> str:
    return f"{verdict.cell.name} ({verdict.answer})"
