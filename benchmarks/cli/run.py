"""retable run | reproduce | track: train what is missing, write it down, judge it."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import provenance
from benchmarks.backends import select_backend
from benchmarks.cli.progress import RunReport, by_place, warn
from benchmarks.cli.show import Column, Paper, Results, TableName, existing, print_verdicts, wide_console
from benchmarks.jobs import Options, adjust
from benchmarks.recipe import Measurement, NotAttempted, Recipe, fingerprint, settings
from benchmarks.reproduce import Runner, reproduce, verdicts
from benchmarks.runners import Cluster, run_here, run_on_ray
from benchmarks.signals import raised_until_heard
from benchmarks.table import PaperTable, load_table, match
from data_pipelines.dataset import DataError
from results.ledger import ResultsError
from results.published import Cell
from results.records import RecordFiles, results_folder
from results.tracking import Tracker

PLACES = ("here", "ray")
DEFAULT_RUNS = (  # paper, row, column
    ("lectures", None, None),
    ("starter", None, None),
    ("kim2014", "CNN-rand", "TREC"),
)


def run(
    paper: Paper,
    table: TableName = None,
    row: Annotated[list[str] | None, typer.Option("--row", help="Only this row; may be given again.")] = None,
    column: Column = None,
    seeds: Annotated[int | None, typer.Option(help="Runs per cell [what the paper's protocol asks for].")] = None,
    epochs: Annotated[int | None, typer.Option(help="Other than the paper's: a trial, never counts.")] = None,
    backend: Annotated[str, typer.Option(help="tensorflow, jax or torch.")] = "tensorflow",
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Set every switch of the backend.")
    ] = False,
    lookalike: Annotated[bool, typer.Option("--lookalike", help="Generated data: a trial, never counts.")] = False,
    checkpoint_after: Annotated[
        float, typer.Option(min=0, help="Seconds that an epoch must take for a checkpoint at its end.")
    ] = Options.checkpoint_after,
    on: Annotated[
        str, typer.Option(help="here: in this process; ray: each job in a process of its own.")
    ] = "here",
    address: Annotated[str | None, typer.Option(help="With --on ray: a cluster [an instance of our own].")] = None,
    gpus_per_job: Annotated[
        float | None, typer.Option(help="With --on ray; a fraction shares a GPU [1 where there are any].")
    ] = None,
    cpus_per_job: Annotated[float, typer.Option(help="With --on ray.")] = 1.0,
    results: Results = None,
) -> None:
    """Train the cells of a table that have no record yet, and judge them."""
    for name, value in (("--seeds", seeds), ("--epochs", epochs)):
        if value is not None and value < 1:
            raise DataError(f"{name} is {value}. Expected 1 or more.")
    found = load_table(paper)
    wanted: list[str | None] = [*row] if row else [None]
    cells = [cell for name in wanted for cell in found.cells(table, name, column)]
    options = Options(epochs, lookalike, deterministic, checkpoint_after)
    runner = choose_runner(on, Cluster(address, gpus_per_job, cpus_per_job))
    with resumable():
        problems = train_cells(
            found, cells, backend=backend, seeds=seeds, options=options, results=results, runner=runner
        )
    if problems:
        raise typer.Exit(1)


def reproduce_default(results: Results = None) -> None:
    """Run what needs no choice: the lectures, a job of each pipeline, and Kim's CNN-rand on TREC.

    The records go to results/local, apart from those of the project, so that this machine computes all of it.
    """
    folder = results or results_folder() / "local"
    problems = []
    with resumable():
        for paper, row, column in DEFAULT_RUNS:
            table = load_table(paper)
            problems += train_cells(table, table.cells(None, row, column), results=folder)
    if any(problem.startswith("failed") for problem in problems):
        raise typer.Exit(1)


def track(paper: Paper, results: Results = None) -> None:
    """Send to MLflow what it misses of a paper's records; doing so twice is harmless."""
    table = load_table(paper)
    folder = existing(results)
    files = RecordFiles(table.paper, folder)
    tracker = Tracker(table.paper, folder, warn)
    cells, curves = by_place(table.cells()), files.curves()
    recipes = {fingerprint(recipe): recipe for recipe in _recipes(table, table.cells())}
    records = files.records()
    sent = unknown = 0
    for record in records:
        cell = cells.get(record.key[1:4])
        recipe = recipes.get(record.key.fingerprint)
        if cell is not None and recipe is not None:
            sent += tracker.send(cell, record, curves.get(record.key, []), settings(recipe))
        else:
            unknown += 1
    for verdict in verdicts(table, table.cells(), records):
        tracker.send_verdict(verdict)
    if tracker.is_down:
        raise ResultsError(f"{sent} run(s) sent, then MLflow stopped answering.")
    skipped = f"; {unknown} of trials or older recipes left out" if unknown else ""
    print(f"{sent} run(s) sent, {len(records) - sent - unknown} were there{skipped}.")


@contextmanager
def resumable() -> Iterator[None]:
    """On Ctrl-C, say that nothing is lost, and exit with 130."""
    try:
        with raised_until_heard(signal.SIGINT, lambda number: KeyboardInterrupt()):
            yield
    except KeyboardInterrupt:
        warn("Stopped. Every finished job is kept; the same command goes on from here.")
        raise typer.Exit(130) from None


def choose_runner(on: str, cluster: Cluster) -> Runner:
    """Return where jobs run. Raises UnknownName for a place that does not exist, DataError for bad shares."""
    for name, share in (("--gpus-per-job", cluster.gpus_per_job), ("--cpus-per-job", cluster.cpus_per_job)):
        if share is not None and share < 0:
            raise DataError(f"{name} is {share}. Expected 0 or more.")
    if match("place to run", on, PLACES) == "ray":
        return partial(run_on_ray, cluster=cluster, warn=warn)
    if cluster != Cluster():
        raise DataError("--address, --gpus-per-job and --cpus-per-job go with --on ray.")
    return run_here


def train_cells(
    table: PaperTable,
    cells: Sequence[Cell],
    *,
    backend: str = "tensorflow",
    seeds: int | None = None,
    options: Options = Options(),
    results: Path | None = None,
    runner: Runner = run_here,
    problems: list[str] | None = None,
) -> list[str]:
    """Run and print; what goes wrong joins `problems` at once, each starting with "failed" or "unavailable"."""
    select_backend(backend, options.deterministic)
    folder, caption = folder_of_records(results or results_folder(), options)
    tracker = Tracker(table.paper, folder, warn)
    with RunReport(wide_console(), tracker, cells, _recipes(table, cells, options), problems) as report:
        judged = reproduce(
            table, cells, runner, folder, backend=backend, seeds=seeds, options=options, watcher=report
        )
        for verdict in judged:
            tracker.send_verdict(verdict)
    print_verdicts(table, judged, caption)
    return report.problems


def folder_of_records(results: Path, options: Options) -> tuple[Path, str | None]:
    """Return where records go: those that can't count go to trial/. Raises ResultsError if it can't be written."""
    if options.is_trial:
        folder, caption = results / "trial", "A trial: not the paper's settings and data. It never counts."
    elif not provenance.is_clean():
        folder, caption = results / "trial", "A trial: the code has uncommitted changes. It never counts."
    else:
        folder, caption = results, None
    try:
        (folder / "reproduced").mkdir(parents=True, exist_ok=True)
        probe = folder / "reproduced" / ".writable.lock"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ResultsError(f"The results folder {folder} can't be written: {error.strerror}.") from error
    return folder, caption


def _recipes(table: PaperTable, cells: Sequence[Cell], options: Options = Options()) -> list[Recipe | Measurement]:
    adjusted = (adjust(table.recipe(cell), options) for cell in cells)
    return [recipe for recipe in adjusted if not isinstance(recipe, NotAttempted)]
