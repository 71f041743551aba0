"""retable nightly | nights: unattended runs by a plan, and their row."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.console import FORMATS, PLAIN_DATA, print_rows, print_verdicts, warn
from benchmarks.cli.options.arguments import Format
from benchmarks.cli.run import train_cells
from benchmarks.reporting import report_on
from benchmarks.reproduce import folder_of_records
from benchmarks.runners.places import choose_runner, run_apart
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
    from benchmarks.nights.series.kept import KeptNights

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


def nights(plan_file: PlanFile, format: Format = "table") -> None:
    """Print the kept nights of a plan, and what changed."""
    from benchmarks.nights.series import table
    from benchmarks.nights.series.kept import KeptNights

    form = match("format", format, list(FORMATS))
    if not plan_file.is_file():
        raise DataError(f"There is no plan {plan_file}.")
    kept = KeptNights.of_plan(results_folder(), plan_file)
    found = kept.summaries()
    if started := kept.unended():
        warn(_without_summary(kept, started))
    if not found and form not in PLAIN_DATA:
        print(f"No night of {plan_file} has ended. `retable nightly {plan_file}` runs one.")
        return
    rows = {"json": table.as_data, "csv": table.as_flat}.get(form, table.as_rows)(found)
    print_rows(rows, form, f"Nights of {plan_file}")
    if form == "table" and (lines := table.in_words(found)):
        print(*lines, sep="\n")


def _without_summary(kept: "KeptNights", started: Sequence[str]) -> str:
    """Say of the nights since the last summary whether one is running, or they ended without a summary."""
    from benchmarks.nights.plan import alone
    from benchmarks.nights.series.kept import broken_off

    try:
        with alone(kept.lock) as is_free:
            if not is_free:
                return f"A night is running since {started[-1]}."
    except OSError:  # somebody else's folder, that only they can write to
        return f"The night that began {started[-1]} has no summary: it is running, was killed, or broke off."
    return f"Note: {broken_off(', '.join(started))}."


def _night(plan_file: Path) -> dict[str, Any]:
    """Train, run again, judge, print and write the summary, and return it."""
    from benchmarks.nights.plan import read_plan

    plan = read_plan(plan_file)
    with plan_alone(plan_file):
        return night(plan, plan_file, _train_all)


@contextmanager
def plan_alone(plan_file: Path) -> Iterator[None]:
    """Hold a plan; exit with 4 where a night of it is running."""
    from benchmarks.nights.plan import alone
    from benchmarks.nights.series.kept import KeptNights

    with alone(KeptNights.of_plan(results_folder(), plan_file).lock) as is_free:
        if not is_free:
            print(f"A night of {plan_file} is running already.")
            raise typer.Exit(Status.ALREADY_RUNNING)
        yield


def place_of(plan_file: Path) -> Path:
    """Return the folder of what the nights of a plan write about themselves."""
    from benchmarks.nights.series.kept import KeptNights

    return KeptNights.of_plan(results_folder(), plan_file).folder


def night(plan: "Plan", plan_file: Path, work: "Work", since: datetime | None = None) -> dict[str, Any]:
    """Let the night of a plan work until its hours are over; judge, print and write the summary, and return it.

    `since` is when a night began that others have worked in, if this one closes it. The caller holds the plan.
    """
    from benchmarks.nights.series.kept import KeptNights

    kept = KeptNights.of_plan(results_folder(), plan_file)
    kept.adopt()
    results = plan.folder(plan.results, plan_file.parent) or results_folder()
    folder, _ = folder_of_records(results, plan.options)
    summary = _watched(plan, kept, results, work, since=since)
    _tell(plan, plan_file, kept, summary)
    if (pages := plan.folder(plan.report, plan_file.parent)) is not None:
        tables = [load_table(name) for name in dict.fromkeys(run.paper for run in plan.run)]
        print(report_on(tables, folder, pages, backend=plan.backend, options=plan.options))
    return summary


def _watched(
    plan: "Plan", kept: "KeptNights", results: Path, work: "Work", *, since: datetime | None
) -> dict[str, Any]:
    """Let a night run beside those before it, and return its summary."""
    from benchmarks.nights.gpus import GpuMeter
    from benchmarks.nights.plan import Stop, stopping
    from benchmarks.nights.series.reruns import apart
    from benchmarks.nights.series.watch import Watch
    from benchmarks.nights.summary import names_of_records, run_state, summarise

    folder, _ = folder_of_records(results, plan.options)
    problems: list[str] = []
    stopped, known, meter = "", names_of_records(plan, folder), GpuMeter(plan)
    watch = Watch(plan, kept, folder, apart(plan, meter, run_apart, choose_runner), since)
    watch.begin()
    try:
        with stopping(plan.hours, problems):
            work(plan, results, problems, meter)
            watch.trained()
            if since is None:  # the machine that closes a night is not the one that trained
                watch.rerun(problems, print)
    except Stop as reason:
        stopped = str(reason)
    watch.trained()
    states = [run_state(plan, run, folder, known) for run in plan.run]
    if stopped or since:  # otherwise they have been printed
        for run, state in zip(plan.run, states, strict=True):
            print_verdicts(load_table(run.paper), state.judged)
    beside = watch.conclude([verdict for state in states for verdict in state.judged])
    summary = summarise(plan, states, problems, stopped, watch.clock, beside=beside) | meter.summary()
    return summary | (_whole(since) if since else {})


def _whole(since: datetime) -> dict[str, Any]:
    """Return when a night began in which others have worked, and how long it took."""
    hours = (datetime.now(UTC) - since).total_seconds() / 3600
    return {"started": since.isoformat(timespec="seconds"), "hours": round(hours, 4)}


def _tell(plan: "Plan", plan_file: Path, kept: "KeptNights", summary: dict[str, Any]) -> None:
    """Write the summary, let the plan's command have it, and print it."""
    from benchmarks.nights.notify import notify
    from benchmarks.nights.summary import in_words

    before = kept.summaries()
    written = kept.write(summary)
    if said := notify(plan, plan_file, summary, before[-1] if before else None):
        summary["notify"] = said
        write_text(written, json.dumps(summary, indent=1) + "\n")
    print(*in_words(summary), f"Written to {written}.", sep="\n")


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
