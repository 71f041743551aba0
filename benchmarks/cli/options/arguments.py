"""Arguments that several commands share."""

import inspect
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.cli.options import completion
from benchmarks.jobs import MOST_RUNS
from benchmarks.outside.paper_files import use_folders
from benchmarks.settings import MOST_EPOCHS
from benchmarks.training.backends import BACKENDS
from data_pipelines.dataset import DataError

ENDINGS = ("png", "svg")

Paper = Annotated[str, typer.Argument(help="A paper; see `retable list`.", autocompletion=completion.papers)]
_table = partial(typer.Option, "--table", autocompletion=completion.tables)
_row = partial(typer.Option, "--row", autocompletion=completion.rows)
_column = partial(typer.Option, "--column", autocompletion=completion.columns)
Tables = Annotated[list[str] | None, _table(help="Only this table; may be given again.")]
Rows = Annotated[list[str] | None, _row(help="Only this row; may be given again.")]
Columns = Annotated[list[str] | None, _column(help="Only this column; may be given again.")]
OneTable = Annotated[str | None, _table(help="The cell's table.")]
OneRow = Annotated[str | None, _row(help="The cell's row.")]
OneColumn = Annotated[str | None, _column(help="The cell's column.")]
Format = Annotated[str, typer.Option("--format", help="table, csv, json, latex, html or markdown.")]
Results = Annotated[Path | None, typer.Option("--results", help="Folder of records [RETABLE_RESULTS, results/].")]
Seeds = Annotated[
    int | None, typer.Option("--seeds", min=1, max=MOST_RUNS, help="Runs per cell [the paper's protocol].")
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", min=1, max=MOST_EPOCHS, help="Other epochs: a trial, never counts.")
]
BackendName = Annotated[str, typer.Option("--backend", help=f"One of {', '.join(BACKENDS)}.")]


def _known_ending(ending: str) -> str:
    if ending not in ENDINGS:
        raise DataError(f"--format is {ending!r}. Expected {' or '.join(ENDINGS)}.")
    return ending


Ending = Annotated[str, typer.Option("--format", callback=_known_ending, help="Of the pictures: png or svg.")]

PaperFolders = Annotated[
    list[Path] | None,
    typer.Option("--papers", help="A folder with papers of yours; may be given again [RETABLE_PAPERS]."),
]


def with_papers(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes --papers too, and finds the papers in those folders."""

    @wraps(command)
    def found(*arguments: Any, paper_folders: PaperFolders = None, **options: Any) -> None:
        if paper_folders:
            use_folders(paper_folders)
        command(*arguments, **options)

    kind, signature = inspect.Parameter.KEYWORD_ONLY, inspect.signature(command)
    more = inspect.Parameter("paper_folders", kind, default=None, annotation=PaperFolders)
    found.__signature__ = signature.replace(parameters=[*signature.parameters.values(), more])  # type: ignore
    found.__annotations__ = {**command.__annotations__, "paper_folders": PaperFolders}
    return found
