"""retable nightly: an unattended run by a plan."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
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
from data_pipelines.whole_files import write_text
from results.folders import results_folder
from results.ledger import ResultsError

if TYPE_CHECKING:
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Plan, PlannedRun

    Work = Callable[[Plan, Path, list[str], GpuMeter], None]

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
    from benchmarks.nights.plan import read_plan

    plan = read_plan(plan_file)
    with plan_alone(plan_file):
        return night(plan, plan_file, _train_all)


@contextmanager
def plan_alone(plan_file: Path) -> Iterator[None]:
    """Hold a plan; exit with 4 where a night of it is running."""
    from benchmarks.nights.plan import alone

    with alone(Path(f"{place_of(plan_file)}.lock")) as is_free:
        if not is_free:
            print(f"A night of {plan_file} is running already.")
            raise typer.Exit(Status.ALREADY_RUNNING)
        yield


def place_of(plan_file: Path) -> Path:
    """Return the path, without its ending, of what the nights of a plan write about themselves."""
    name = f"{plan_file.stem}-{sha256(os.fsencode(plan_file.resolve())).hexdigest()[:6]}"
    return results_folder() / "nightly" / name


def night(plan: "Plan", plan_file: Path, work: "Work", since: datetime | None = None) -> dict[str, Any]:
    """Let the night of a plan work until its hours are over; judge, print and write the summary, and return it.

    `since` is when it began, if that was before now. The caller holds the plan.
    """
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Stop, stopping
    from benchmarks.nights.summary import run_state, summarise

    results = plan.folder(plan.results, plan_file.parent) or results_folder()
    started, stopped, meter = since or datetime.now(UTC), "", GpuMeter(plan)
    problems: list[str] = []
    try:
        with stopping(plan.hours, problems):
            work(plan, results, problems, meter)
    except Stop as reason:
        stopped = str(reason)
    folder, _ = folder_of_records(results, plan.options)
    states = [run_state(plan, run, folder, started.isoformat()) for run in plan.run]
    if stopped or since:  # otherwise they have been printed
        for run, state in zip(plan.run, states, strict=True):
            print_verdicts(load_table(run.paper), state.judged)
    summary = summarise(plan, states, problems, stopped, started) | meter.summary()
    _tell(plan, plan_file, summary)
    if (pages := plan.folder(plan.report, plan_file.parent)) is not None:
        tables = [load_table(name) for name in dict.fromkeys(run.paper for run in plan.run)]
        print(report_on(tables, folder, pages, backend=plan.backend, options=plan.options))
    return summary


def _tell(plan: "Plan", plan_file: Path, summary: dict[str, Any]) -> None:
    """Write the summary, let the plan's command have it, and print it."""
    from benchmarks.nights.notify import notify
    from benchmarks.nights.summary import in_words

    written = Path(f"{place_of(plan_file)}.json")
    last = _last(written)
    write_text(written, json.dumps(summary, indent=1) + "\n")
    if said := notify(plan, plan_file, summary, last):
        summary["notify"] = said
        write_text(written, json.dumps(summary, indent=1) + "\n")
    print(*in_words(summary), f"Written to {written}.", sep="\n")


def _last(path: Path) -> dict[str, Any] | None:
    """Return the summary of the last night; None where there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _train_all(plan: "Plan", results: Path, problems: list[str], meter: "GpuMeter") -> None:
    """Train what the plan lacks."""
    for run in plan.run:
        _train(plan, run, results, problems, meter)


def _train(plan: "Plan", run: "PlannedRun", results: Path, problems: list[str], meter: "GpuMeter") -> None:
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
            runner=meter.around(choose_runner(plan.on, plan.cluster, plan.share)),
            problems=problems,
        )
    except (DataError, ResultsError) as error:
        problems.append(masked(f"failed: {error}"))
