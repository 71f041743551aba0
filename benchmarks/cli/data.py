"""retable data list | fetch | verify | where | pin | lookalike."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from benchmarks.cli.console import warn, wide_console
from benchmarks.cli.options.arguments import with_papers
from benchmarks.outside.datasets import outside_datasets
from benchmarks.signals import Status
from benchmarks.table import match
from data_pipelines.dataset import DataError, Dataset, LocalFile, PackagedFile, RemoteFile
from data_pipelines.datasets import all_datasets

app = typer.Typer(help="The data sets: list, fetch and verify their files.", no_args_is_help=True)
LARGE_BYTES = 1_000_000_000
Names = Annotated[list[str] | None, typer.Argument(help="Data sets; without any, all of them.")]


@app.command("list")
@with_papers
def list_datasets() -> None:
    """List every file with its size, terms and whether it is here."""
    from data_pipelines.download import cached_path

    grid = Table("data set", "file", "bytes", "here", "terms")
    for dataset in _chosen(None):
        for file in dataset.files:
            here = "yes" if cached_path(file).exists() else "no"
            size = f"{file.size:,}" if isinstance(file, RemoteFile | LocalFile) and file.size else ""
            terms = file.package if isinstance(file, PackagedFile) else file.terms
            grid.add_row(dataset.name, file.name, size, here, terms)
    wide_console().print(grid)


@app.command()
@with_papers
def fetch(names: Names = None) -> None:
    """Fetch the files of data sets.

    They come from the cache, a mirror, or their official address. Without names, files of more than a gigabyte and
    sets that are on request are left out.
    """
    from data_pipelines.download import fetch as fetch_file

    is_whole = True
    for dataset in _chosen(names):
        if not names and dataset.on_request:
            print(f"{dataset.name}: left out ({dataset.on_request})")
            continue
        for file in dataset.files:
            if not names and isinstance(file, RemoteFile) and file.size > LARGE_BYTES:
                print(f"{file.name}: left out for its {file.size / 1e9:.1f} GB; name {dataset.name!r} to fetch it")
                continue
            try:
                print(fetch_file(file))
            except DataError as error:
                is_whole = _told(error)
    if not is_whole:
        raise typer.Exit(Status.FAILED)


@app.command()
@with_papers
def verify(names: Names = None) -> None:
    """Compare the hash of every file that is here.

    Exits with 1 when one differs.
    """
    from data_pipelines.download import cached_path, check

    is_whole = True
    for dataset in _chosen(names):
        for file in dataset.files:
            path = cached_path(file)
            if not path.exists():
                print(f"{file.name}: not here")
                continue
            try:
                check(path, file)
                print(f"{file.name}: as expected")
            except DataError as error:
                is_whole = _told(error)
    if not is_whole:
        raise typer.Exit(Status.FAILED)


@app.command()
@with_papers
def where(names: Names = None) -> None:
    """Print the paths of the files, whether they are here or not."""
    from data_pipelines.download import cached_path

    for dataset in _chosen(names):
        for file in dataset.files:
            print(cached_path(file))


@app.command()
def pin(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; run it in the folder of your paper.")],
    address: Annotated[str, typer.Option(help="Where others can fetch the file.")] = "",
) -> None:
    """Print files with size and SHA-256, as Python to paste.

    Folders, too, for a paper of your own.
    """
    from data_pipelines.local_files import pinned, python_source, remote

    if address and len(paths) > 1:
        raise DataError(f"There are {len(paths)} files and one address. Expected one file.")
    for path in paths:
        file = pinned(path)
        print(python_source(remote(file, address) if address else file))


@app.command()
@with_papers
def lookalike(
    name: Annotated[str, typer.Argument(help="A data set.")],
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
) -> None:
    """Write the small generated files that --lookalike takes.

    They have the form of the data set's own.
    """
    if folder.exists():
        raise DataError(f"{folder} exists. Expected a new folder.")
    folder.mkdir(parents=True)
    for path in _chosen([name])[0].lookalike(folder):
        print(path)


def _told(error: DataError) -> bool:
    """Print what failed; return that the files are not whole."""
    warn(f"retable: {error}")
    return False


def _chosen(names: list[str] | None) -> list[Dataset]:
    known = {dataset.name: dataset for dataset in (*all_datasets(), *outside_datasets(warn))}
    return [known[match("data set", name, list(known))] for name in names or known]
