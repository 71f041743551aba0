"""retable bench: measure speed and memory, compared with other implementations."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.console import print_rows
from benchmarks.speed.task import load_task, report_path, run, task_names, write
from benchmarks.table import match


def bench(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(task_names())}.")] = "sentences",
    repeats: Annotated[int | None, typer.Option(min=1, max=1000, help="Repeats of every system, in turn.")] = None,
    teraflops: Annotated[
        float | None, typer.Option(min=0.001, max=1e6, help="Assumed GPU speed, for estimates.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--json", help="Report file [results/speed/NAME.json].")] = None,
) -> None:
    """Compare speed and memory with other implementations.

    The machine must do nothing else.
    """
    given = {"repeats": repeats, "teraflops": teraflops}
    options = {option: value for option, value in given.items() if value is not None}
    name = match("benchmark", name, task_names())
    task = load_task(name)
    report = run(task, options)
    print_rows(task.rows(report), "table", report["what"])
    path = output or report_path(name, options)
    write(report, path)
    print(f"Written to {path}.")
