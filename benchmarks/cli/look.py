"""retable look: pictures of a trained network."""

import re
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import provenance
from benchmarks.cli.console import warn, wide_console
from benchmarks.cli.options import arguments
from benchmarks.jobs import MOST_RUNS, Job, Options, Planned
from benchmarks.recipe import Recipe, settings
from benchmarks.reproduce import verdicts
from benchmarks.table import Names, PaperTable, UnknownName, load_table, load_tables
from benchmarks.tracked.about import of_job, of_paper
from benchmarks.training.backends import select_backend
from benchmarks.training.checkpoints import weights_path
from data_pipelines.dataset import DataError
from data_pipelines.whole_files import remove_leftovers
from results.folders import results_folder
from results.published import Cell
from results.records import EpochEnd, JobKey, RecordFiles
from results.tracking.tracker import Tracker


def look(
    paper: arguments.Paper,
    table: arguments.Tables = None,
    row: arguments.Rows = None,
    column: arguments.Columns = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_RUNS - 1, help="Which of its runs.")] = 0,
    epochs: arguments.Epochs = None,
    backend: arguments.BackendName = "tensorflow",
    lookalike: Annotated[bool, typer.Option("--lookalike", help="Generated data, for a quick trial.")] = False,
    ending: arguments.Ending = "png",
    output: Annotated[Path, typer.Option(help="A folder; each run gets one of its own in it.")] = Path("look"),
    results: arguments.Results = None,
) -> None:
    """Draw filters, maps and mistakes of a trained network.

    The pictures are added to its run in MLflow. The weights that `retable run` kept are used. Without them the
    network is trained first; that is not the recorded run, so its pictures are not added to MLflow.
    """
    found = load_table(paper)
    cells = _cells(found, table, row, column)
    folder = results or results_folder()
    select_backend(backend)
    for planned in found.plan(cells, Options(epochs, lookalike)):
        name = re.sub(r"[^\w.+-]+", "-", f"{planned.cell.row} {planned.cell.column} seed {seed}")
        key = planned.key(0, seed, backend)
        _look(found, planned, key, output / found.paper / name, ending, folder=folder)


def _look(found: PaperTable, planned: Planned, key: JobKey, place: Path, ending: str, *, folder: Path) -> None:
    """Draw one network into a folder of its own; `folder` has the records."""
    from rich.markdown import Markdown

    from benchmarks.look.trained import trained

    cell, recipe = planned.cell, planned.recipe
    if not (isinstance(recipe, Recipe) and recipe.keep_weights and found.look):
        raise UnknownName(f"{cell.name} has no network to look at.")
    if planned.obstacle:
        raise DataError(f"{recipe.dataset.name} can't be used: {planned.obstacle}.")
    files = RecordFiles(found.paper, folder)
    records = files.records()
    mine = [record for record in records if record.key.identity == key.identity and record.metrics]
    own = [record for record in mine if weights_path(key, record.commit).exists()][-1:]
    commits = [*(record.commit for record in own), provenance.commit()]
    remove_leftovers(place)
    job = Job(key, recipe, planned.options, planned.code)
    with trained(job, recipe, commits, _print_epoch) as subject:
        paths = found.look.show(subject, verdicts(found.plan(), records), place, ending)
    for path in paths:
        if path.suffix == ".md":
            wide_console().print(Markdown(path.read_text("utf-8")))
        print(path)
    for record in own:  # pictures of other weights would not be its own
        tracker, about = Tracker(found.paper, folder, warn, about=of_paper(found)), of_job(planned, record, folder)
        tracker.send(cell, record, files.curves().get(record.key, []), settings(recipe), about)
        tracker.send_files(record, paths)


def _cells(found: PaperTable, table: Names, row: Names, column: Names) -> list[Cell]:
    """Return the first cell of each row that was asked for, by default those that the paper is looked at by."""
    look = found.look
    if look is None:
        known = [table.paper for table in load_tables(warn) if table.look]
        raise UnknownName(f"There is nothing to look at in {found.paper}. Known: {', '.join(known)}.")
    if not row and not table:
        return [found.cells(look.table, name, column or look.column)[0] for name in look.rows]
    cells = found.cells(table or look.table, row, column)
    return list({cell.row: cell for cell in reversed(cells)}.values())[::-1] if row else cells[:1]


def _print_epoch(point: EpochEnd) -> None:
    print(f"epoch {point.epoch}: loss {point.loss:.4f} ({point.seconds:.0f} s)")
