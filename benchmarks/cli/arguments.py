"""Arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli import completion
from benchmarks.jobs import MOST_RUNS
from benchmarks.settings import MOST_EPOCHS
from benchmarks.training.backends import BACKENDS
from data_pipelines.dataset import DataError

ENDINGS = ("png", "svg")

Paper = Annotated[str, typer.Argument(help="A paper; see `retable list`.", autocompletion=completion.papers)]
TableName = Annotated[
    str | None, typer.Option("--table", help="Only this table.", autocompletion=completion.tables)
]
Row = Annotated[str | None, typer.Option("--row", help="Only this row.", autocompletion=completion.rows)]
Rows = Annotated[
    list[str] | None,
    typer.Option("--row", help="Only this row; may be given again.", autocompletion=completion.rows),
]
Column = Annotated[
    str | None, typer.Option("--column", help="Only this column.", autocompletion=completion.columns)
]
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
