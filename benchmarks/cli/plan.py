"""retable plan: what a run would train; a deep-learning library is loaded only to time steps."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmarks.cli.console import FORMATS, PLAIN_DATA, print_rows, warn
from benchmarks.cli.options import arguments, trials
from benchmarks.jobs import Options, Planned
from benchmarks.recipe import Recipe
from benchmarks.signals import Status
from benchmarks.table import load_table, match
from benchmarks.training.backends import BACKENDS, select_backend
from data_pipelines.dataset import DataError
from results.folders import results_folder
from results.records import RecordFiles
from results.tables import number

if TYPE_CHECKING:
    from benchmarks.nights.forecast import Forecast

Measure = Annotated[bool, typer.Option("--measure", help="Time a few training steps of what never ran here.")]


def plan(
    paper: arguments.Paper,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    results: arguments.Results = None,
    backend: arguments.BackendName = "tensorflow",
    seeds: arguments.Seeds = None,
    changes: trials.Set = None,
    epochs: arguments.Epochs = None,
    lookalike: trials.Lookalike = False,
    measure: Measure = False,
    format: arguments.Format = "table",
) -> None:
    """Print what `run` would train, its time, and what it lacks.

    Nothing is trained, but for a few steps with --measure. Exits with 5 when no job can run here.
    """
    found = load_table(paper)
    cells = found.cells(table, row, column)
    used, chosen = match("back end", backend, list(BACKENDS)), match("format", format, FORMATS)
    options = Options(epochs, lookalike, changes=trials.changes(found, cells, changes, epochs))
    folder, mark = trials.shown(results or results_folder(), options)
    planned = found.plan(cells, options)
    if mark:
        warn(mark)
    device = _measure(planned, folder, used, seeds) if measure else ""
    print_forecasts(planned, folder, used, seeds=seeds, format=chosen, device=device)


def _measure(planned: Sequence[Planned], folder: Path, backend: str, seeds: int | None) -> str:
    """Keep the length of every job that has no time on the device that would train it; return this device."""
    from benchmarks.nights.forecast import forecasts
    from benchmarks.nights.lengths import add, begin, lengths
    from benchmarks.nights.series.load import is_quiet
    from benchmarks.nights.timing import device_of, measured

    select_backend(backend)  # or say that it is missing
    records, device = RecordFiles(planned[0].cell.paper, folder).records(), device_of(backend)
    found = forecasts(planned, records, backend=backend, seeds=seeds, lengths=lengths(folder), device=device)
    wanted = [one.planned for one in found if one.duration.device != device]
    wanted = [one for one in wanted if isinstance(one.recipe, Recipe)]
    if wanted:
        begin(folder)  # before minutes are spent
    for position, one in enumerate(wanted, start=1):
        warn(f"[{position}/{len(wanted)}] Timing training steps of {one.cell.name}.")
        try:
            length = measured(replace(one, backend=backend))
        except DataError as error:
            warn(f"Not timed: {error}")
        else:
            add(length, folder)
            if not is_quiet(length.load):
                warn(
                    f"Other programs took {length.load:.0%} of this machine meanwhile, so that steps took longer."
                )
    return device


def print_forecasts(
    planned: Sequence[Planned],
    folder: Path,
    backend: str,
    *,
    seeds: int | None = None,
    until_settled: bool = False,
    format: str = "table",
    device: str = "",
) -> None:
    """Print what a run of some cells would do; exit with 5 when no job can run here.

    Times on `device`, or else on this processor, go before those elsewhere.
    """
    from benchmarks.nights.forecast import forecasts, forecasts_to_next_look, obstacles
    from benchmarks.nights.lengths import lengths

    records, timed = RecordFiles(planned[0].cell.paper, folder).records(), lengths(folder)
    if until_settled:
        found = forecasts_to_next_look(planned, records, backend=backend, lengths=timed)
    else:
        found = forecasts(planned, records, backend=backend, seeds=seeds, lengths=timed, device=device)
    if format in PLAIN_DATA:
        print_rows([_forecast_data(one) for one in found], format, "")
    elif found:
        print_rows([_forecast_row(one) for one in found], format, "Jobs to run")
    if format == "table":
        _print_totals(found)
    reasons = obstacles(planned, records, backend=backend, seeds=seeds)
    for reason, count in reasons.items():
        warn(f"{count} cell(s) can't run here: {reason}.")
    if sum(reasons.values()) == len(planned):
        raise typer.Exit(Status.NO_EVIDENCE)


def _forecast_data(one: "Forecast") -> dict[str, Any]:
    """Return a forecast as plain data: numbers as numbers, None for what is not known."""
    from benchmarks.nights.forecast import BY_STEPS, GUESS

    cell = one.planned.cell
    return {
        "paper": cell.paper,
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "runs_done": one.done,
        "runs_wanted": one.wanted,
        "jobs": one.jobs,
        "files": [{"name": file.name, "bytes": file.size, "address": file.address} for file in one.files],
        "seconds_per_job": one.duration.seconds,
        "hours": one.hours,
        "basis": one.duration.basis,
        "guess": one.duration.doubt == GUESS,
        "timed_steps": one.duration.doubt == BY_STEPS,
        "power": one.power,
    }


def _forecast_row(one: "Forecast") -> dict[str, str]:
    cell = one.planned.cell
    return {
        "table": cell.table,
        "row": cell.row,
        "column": cell.column,
        "runs done": f"{one.done} of {one.wanted}",
        "jobs to run": str(one.jobs),
        "MB to fetch": number(sum(file.size for file in one.files) / 1e6) if one.files else "",
        "seconds a job": "unknown" if one.hours is None else number(one.duration.seconds, 1),
        "hours": "unknown" if one.hours is None else number(one.hours),
        "taken from": one.duration.basis,
        "power at the next look": "unknown" if one.power is None else f"{100 * one.power:.0f} %",
    }


def _print_totals(found: "Sequence[Forecast]") -> None:
    from benchmarks.nights.forecast import totals
    from data_pipelines.download import has_no_address

    for file in dict.fromkeys(file for one in found for file in one.files):
        where = ", which only a mirror (RETABLE_MIRROR) can have" if has_no_address(file) else ""
        print(f"To be fetched: {file.name}, {number(file.size / 1e6)} MB{where}.")
    print(totals(found))
