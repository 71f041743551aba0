"""retable run | reproduce | track: train the missing runs, record them, judge their cells."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.console import existing, print_totals, print_verdicts, warn, wide_console
from benchmarks.cli.options import arguments, completion, trials
from benchmarks.cli.plan import print_forecasts
from benchmarks.cli.progress import RunReport
from benchmarks.jobs import MOST_HOURS, MOST_RUNS, Options, Planned
from benchmarks.nights.settle import settle
from benchmarks.reproduce import Runner, folder_of_records, place_of_records, reproduce, verdicts
from benchmarks.runners.places import choose_runner, share_of_machine
from benchmarks.runners.ray_cluster import Cluster
from benchmarks.settings import MOST_EPOCHS
from benchmarks.signals import Status, raised_until_exit
from benchmarks.table import PaperTable, load_table, load_tables, match
from benchmarks.tracked.about import of_paper
from benchmarks.tracked.later import Tracked, receipts
from benchmarks.tracked.later import track as send_missing
from benchmarks.training.backends import BACKENDS, select_backend
from data_pipelines.dataset import DataError
from results.folders import results_folder
from results.published import Cell, Kind
from results.records import RecordFiles
from results.tracking.store import Store
from results.tracking.tracker import Tracker

DEFAULT_RUNS = (  # paper, row, column
    ("kim2014", "CNN-rand", "TREC"),
    ("starter", None, None),
    ("lectures", None, None),
)


def run(
    paper: arguments.Paper,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    seeds: Annotated[int | None, typer.Option(help="Runs per cell [the paper's protocol].")] = None,
    epochs: Annotated[int | None, typer.Option(help="Other epochs: a trial, never counts.")] = None,
    backend: arguments.BackendName = "tensorflow",
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Set every switch of the back end.")
    ] = False,
    changes: trials.Set = None,
    lookalike: trials.Lookalike = False,
    checkpoint_after: Annotated[
        float, typer.Option(min=0, help="Save a checkpoint at the first end of an epoch after these seconds.")
    ] = Options.checkpoint_after,
    jobs: Annotated[
        str | None,
        typer.Option(help="At once; auto: one a core, as memory permits [RETABLE_JOBS, auto]."),
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Of each job [1; with --jobs 1, all cores].")] = None,
    on: Annotated[str, typer.Option(help="here, on this machine, or ray.")] = "here",
    address: Annotated[str | None, typer.Option(help="With --on ray: a cluster [an instance of our own].")] = None,
    gpus_per_job: Annotated[
        float | None, typer.Option(help="With --on ray; a fraction shares a GPU [1 where there are any].")
    ] = None,
    cpus_per_job: Annotated[float, typer.Option(help="With --on ray.")] = 1.0,
    results: arguments.Results = None,
    until_settled: Annotated[
        bool, typer.Option("--until-settled", help="Train open cells look by look: n, 2n and 4n runs.")
    ] = False,
    hours: Annotated[
        float | None, typer.Option(min=0.001, max=MOST_HOURS, help="With --until-settled, at most.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would run, as `plan` does.")] = False,
) -> None:
    """Train cells that have no record yet, and judge them."""
    _refuse_contradictions(seeds, epochs, until_settled, hours)
    runner = choose_runner(on, Cluster(address, gpus_per_job, cpus_per_job), share_of_machine(jobs, threads))
    found, backend = load_table(paper), match("back end", backend, list(BACKENDS))
    cells = found.cells(table, row, column)
    given = trials.changes(found, cells, changes, epochs)
    options = Options(epochs, lookalike, deterministic, checkpoint_after, given)
    planned = found.plan(cells, options)
    folder, reason = place_of_records(results or results_folder(), options)
    if dry_run:
        if text := trials.caption(reason):
            warn(text)
        print_forecasts(planned, folder, backend, seeds=seeds, until_settled=until_settled)
        return
    _refuse_if_none_can_run(planned, folder, backend, seeds)
    problems: list[str] = []
    tracker = Tracker(
        found.paper, folder, warn, sent_later=not options.is_trial, about=of_paper(found)
    )  # one for all looks: it warns once
    train = partial(
        train_cells,
        found,
        backend=backend,
        options=options,
        results=results,
        runner=runner,
        tracker=tracker,
        problems=problems,
    )
    with resumable():
        if until_settled:
            _settle(planned, train, backend, results, hours, problems)
        else:
            train(cells, seeds=seeds)
    if reason:
        again = trials.command(found.paper, folder, options, backend, _chosen(table, row, column))
        print(f"The records of this trial are in {folder}. To show them: {again}")
    if problems:
        raise typer.Exit(Status.FAILED)


def _chosen(tables: Sequence[str] | None, rows: Sequence[str] | None, columns: Sequence[str] | None) -> list[str]:
    """Return the options that choose these cells."""
    given = {"--table": tables, "--row": rows, "--column": columns}
    return [word for option, names in given.items() for name in names or () for word in (option, name)]


def _refuse_contradictions(
    seeds: int | None, epochs: int | None, until_settled: bool, hours: float | None
) -> None:
    if until_settled and seeds is not None or hours is not None and not until_settled:
        raise DataError("--until-settled chooses the runs: give it without --seeds, and --hours only with it.")
    for name, value, most in (("--seeds", seeds, MOST_RUNS), ("--epochs", epochs, MOST_EPOCHS)):
        if value is not None and not 1 <= value <= most:
            raise DataError(f"{name} is {value}. Expected 1 or more, up to {most}.")


def _refuse_if_none_can_run(planned: Sequence[Planned], folder: Path, backend: str, seeds: int | None) -> None:
    """Exit with 5 where every cell lacks jobs, or a recipe, and none can run on this machine."""
    from benchmarks.nights.forecast import obstacles

    if not all(one.obstacle for one in planned):
        return  # the usual case reads no records
    records = RecordFiles(planned[0].cell.paper, folder).records()
    reasons = obstacles(planned, records, backend=backend, seeds=seeds)
    if sum(reasons.values()) == len(planned):
        warn(f"Nothing can run here: {'; '.join(reasons)}.")
        raise typer.Exit(Status.NO_EVIDENCE)


def _settle(
    planned: Sequence[Planned],
    train: Callable[..., object],
    backend: str,
    results: Path | None,
    hours: float | None,
    problems: list[str],
) -> None:
    """Train until the cells are settled; exit with 3 when the hours are over before."""
    from benchmarks.nights.plan import Stop, stopping

    folder, _ = folder_of_records(results or results_folder(), planned[0].options)
    files = RecordFiles(planned[0].cell.paper, folder)
    limit = stopping(hours, problems) if hours else nullcontext()
    try:
        with limit:
            settle(
                planned,
                lambda cells: verdicts(cells, files.records(), backend=backend),
                lambda cells, runs: train(cells, seeds=runs),
                warn,
            )
    except Stop as reason:
        warn(f"Stopped: {reason}. Every finished job is kept; the same command continues from here.")
        raise typer.Exit(Status.STOPPED) from None


def reproduce_default(
    results: arguments.Results = None,
    seeds: arguments.Seeds = None,
) -> None:
    """Run the default jobs of a first look.

    They are Kim's CNN-rand on TREC, a job of each pipeline, and the lectures. The records go to results/local, not
    to the project's own, so that this machine computes all of them.
    """
    folder = results or results_folder() / "local"
    problems = []
    with resumable():
        for paper, row, column in DEFAULT_RUNS:
            table = load_table(paper)
            cells = table.cells(None, row, column)
            is_brief = all(cell.kind == Kind.CLAIM for cell in cells)
            problems += train_cells(table, cells, seeds=seeds, results=folder, is_brief=is_brief)
    if any(problem.startswith("failed") for problem in problems):
        raise typer.Exit(Status.FAILED)


def track(
    paper: Annotated[
        str | None, typer.Argument(help="A paper [all that have records].", autocompletion=completion.papers)
    ] = None,
    results: arguments.Results = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask MLflow about every run, also where nothing is new here.")
    ] = False,
) -> None:
    """Send to MLflow the records that it lacks, of a paper or of all.

    Sending twice changes nothing. Runs of an earlier version get their data sets and files.
    """
    folder = existing(results)
    store = Store(folder)
    tables = [load_table(paper)] if paper else _recorded(folder)
    kept = receipts(folder, store.uri)
    for table in tables:
        tracker = Tracker(table.paper, folder, warn, about=of_paper(table), store=store)
        found = send_missing(table.plan(), RecordFiles(table.paper, folder), tracker, kept, check=check)
        name = "" if paper else f"{table.paper}: "
        if tracker.is_down:
            print(f"{name}{found.sent} run(s) sent before that.")
            raise typer.Exit(Status.FAILED)
        print(f"{name}{_in_words(found)}.")
    kept.write()


def _recorded(folder: Path) -> list[PaperTable]:
    """Return the papers that have records, and say so where none has."""
    found = [table for table in load_tables(warn) if RecordFiles(table.paper, folder).record_ledger.path.exists()]
    if not found:
        print(f"There are no records in {folder}.")
    return found


def _in_words(found: Tracked) -> str:
    completed = f", {found.completed} of them completed" if found.completed else ""
    skipped = f"; {found.unknown} of trials or older recipes left out" if found.unknown else ""
    return f"{found.sent} run(s) sent, {found.known} were already there{completed}{skipped}"


@contextmanager
def resumable() -> Iterator[None]:
    """On Ctrl-C, say that nothing is lost, and exit with 130."""
    try:
        with raised_until_exit(signal.SIGINT, lambda number: KeyboardInterrupt()):
            yield
    except KeyboardInterrupt:
        warn("Stopped. Every finished job is kept; the same command continues from here.")
        raise typer.Exit(Status.INTERRUPTED) from None


def train_cells(
    table: PaperTable,
    cells: Sequence[Cell],
    *,
    backend: str = "tensorflow",
    seeds: int | None = None,
    options: Options = Options(),
    results: Path | None = None,
    runner: Runner | None = None,
    tracker: Tracker | None = None,
    problems: list[str] | None = None,
    is_brief: bool = False,
) -> list[str]:
    """Run and print; each problem is added to `problems` at once and starts with "failed" or "unavailable".

    With `is_brief` only the totals are printed.
    """
    select_backend(backend, options.deterministic)
    folder, reason = folder_of_records(results or results_folder(), options)
    with RunReport(wide_console(), problems, is_brief) as report:
        judged = reproduce(
            table.plan(cells, options),
            runner or choose_runner("here"),
            folder,
            backend=backend,
            seeds=seeds,
            watcher=report,
            tracker=tracker
            or Tracker(table.paper, folder, warn, sent_later=not options.is_trial, about=of_paper(table)),
        )
    if is_brief:
        print(f"{table.title}: see `{trials.command(table.paper, folder, options, backend)}`.")
        print_totals(judged)
    else:
        print_verdicts(table, judged, trials.caption(reason))
    return report.problems
