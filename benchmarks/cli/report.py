"""retable report: all verdicts as a folder of static pages."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli import arguments
from benchmarks.cli.console import existing
from benchmarks.reporting import report_on
from benchmarks.table import load_table, paper_names


def report(
    papers: Annotated[list[str] | None, typer.Argument(help="Papers; without any, all of them.")] = None,
    results: arguments.Results = None,
    output: Annotated[
        Path | None, typer.Option(help="The folder to write [html/ in the folder of records].")
    ] = None,
) -> None:
    """Write every verdict, its runs and its recipe as pages for a browser; they need no network."""
    folder = existing(results)
    names = dict.fromkeys(load_table(name).paper for name in papers or paper_names())
    print(report_on(names, folder, output or folder / "html"))
