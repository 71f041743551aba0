"""retable look: what a trained network learned, as pictures."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from benchmarks import provenance, weights
from benchmarks.backends import select_backend
from benchmarks.cli.progress import warn
from benchmarks.cli.show import Column, Paper, Results, Row, TableName, wide_console
from benchmarks.jobs import Job, Options, adjust
from benchmarks.recipe import Recipe, settings
from benchmarks.reproduce import job_key, obstacle, verdicts
from benchmarks.table import PaperTable, UnknownName, load_table, paper_names
from data_pipelines.dataset import DataError
from results.published import Cell
from results.records import EpochEnd, RecordFiles, results_folder
from results.tracking import Tracker

ENDINGS = ("png", "svg")


def look(
    paper: Paper,
    table: TableName = None,
    row: Row = None,
    column: Column = None,
    seed: Annotated[int, typer.Option(min=0, help="Which of its runs.")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="Other than the paper's, for a quick trial.")] = None,
    backend: Annotated[str, typer.Option(help="tensorflow, jax or torch.")] = "tensorflow",
    lookalike: Annotated[bool, typer.Option("--lookalike", help="Generated data, for a quick trial.")] = False,
    ending: Annotated[str, typer.Option("--format", help="png or svg.")] = "png",
    output: Annotated[Path, typer.Option(help="A folder; each run gets one of its own in it.")] = Path("look"),
    results: Results = None,
) -> None:
    """Draw what a network learned, and add the pictures to its run in MLflow where it has one.

    The weights that `retable run` kept are used; without them the network is trained first, and as that is not
    the recorded run, its pictures stay out of MLflow.
    """
    if ending not in ENDINGS:
        raise DataError(f"--format is {ending!r}. Expected {' or '.join(ENDINGS)}.")
    found = load_table(paper)
    cells = _cells(found, table, row, column)
    folder = results or results_folder()
    select_backend(backend)
    for cell in cells:
        _look(found, cell, seed, backend, Options(epochs, lookalike), ending, output, folder)


def _look(
    found: PaperTable,
    cell: Cell,
    seed: int,
    backend: str,
    options: Options,
    ending: str,
    output: Path,
    folder: Path,
) -> None:
    from benchmarks.look.images import trained

    recipe = adjust(found.recipe(cell), options)
    if not (isinstance(recipe, Recipe) and recipe.keep_weights):
        raise UnknownName(f"{cell.name} has no network to look at.")
    if reason := obstacle(recipe.dataset):
        raise DataError(f"{recipe.dataset.name} can't be used: {reason}.")
    files = RecordFiles(found.paper, folder)
    job = Job(job_key(cell, 0, seed, backend, recipe), options)
    mine = [record for record in files.records() if record.key.identity == job.key.identity and record.metrics]
    own = [record for record in mine if weights.place(job.key, record.commit).exists()][-1:]
    subject = trained(recipe, job, [*(record.commit for record in own), provenance.commit()], _hear)
    place = output / found.paper / re.sub(r"[^\w.+-]+", "-", f"{cell.row} {cell.column} seed {seed}")
    paths = found.look.show(subject, verdicts(found, found.cells(), files.records()), place, ending)
    for path in paths:
        if path.suffix == ".md":
            wide_console().print(Markdown(path.read_text("utf-8")))
        print(path)
    for record in own:  # pictures of other weights would not be its own
        tracker = Tracker(found.paper, folder, warn)
        tracker.send(cell, record, files.curves().get(record.key, []), settings(recipe))
        tracker.send_files(record, paths)


def _cells(found: PaperTable, table: str | None, row: str | None, column: str | None) -> list[Cell]:
    """Return the cell that was asked for, by default those that the paper is looked at by."""
    look = found.look
    if look is None:
        known = [name for name in paper_names() if load_table(name).look]
        raise UnknownName(f"There is nothing to look at in {found.paper}. Known: {', '.join(known)}.")
    if row is None and table is None:
        return [found.cells(look.table, name, column or look.column)[0] for name in look.rows]
    return found.cells(table or look.table, row, column)[:1]


def _hear(point: EpochEnd) -> None:
    print(f"epoch {point.epoch}: loss {point.loss:.4f} ({point.seconds:.0f} s)")
