"""retable new | check | merge | where: papers and records of one's own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.cli.console import print_rows, warn
from benchmarks.cli.options import arguments
from benchmarks.jobs import Options
from benchmarks.outside.new_paper import new_paper
from benchmarks.outside.paper_files import find_paper
from benchmarks.papers import join_folders
from benchmarks.reproduce import is_of_trials
from benchmarks.signals import Status
from benchmarks.table import UnknownName, load_table, match
from benchmarks.training.backends import BACKENDS, select_backend
from data_pipelines.cache import cache_folder
from results.folders import HERE, is_checkout, results_folder
from results.ledger import ResultsError


def new(
    name: Annotated[str, typer.Argument(help="Author and year, as in kim2014.")],
    folder: Annotated[Path, typer.Option("--papers", help="The folder to write to [this one].")] = Path(),
) -> None:
    """Write a paper of your own to begin with.

    It is a commented file, its printed cells, and data that it runs on.
    """
    for path in new_paper(name, folder):
        print(path)
    place = "" if folder.absolute() in join_folders() else f" --papers {folder}"
    print(f"Next: `retable check {name}{place}`, then `retable run {name}{place}`.")


def check(
    paper: arguments.Paper,
    backend: arguments.BackendName = "tensorflow",
    data: Annotated[
        str, typer.Option(help="generated: small look-alikes; or given: the data of the paper.")
    ] = "generated",
    epochs: Annotated[int, typer.Option(min=1, max=100, help="Of each trial.")] = 1,
) -> None:
    """Check a paper, and try each of its recipes.

    A trial is short, and made twice from one seed. Nothing is recorded. Exits with 1 when a point of the contract
    is not met.
    """
    from benchmarks.outside.contract import facts, trials

    used, kind = match("back end", backend, list(BACKENDS)), match("data", data, ("generated", "given"))
    table = load_table(paper)
    file = find_paper(table.paper)
    assert file
    faults = _printed(facts(table))
    select_backend(used)
    faults += _printed(trials(table, file, used, Options(epochs=epochs, lookalike=kind == "generated")))
    print(f"{faults} point(s) to mend." if faults else f"{table.paper} fulfils the contract.")
    if faults:
        raise typer.Exit(Status.FAILED)


def _printed(findings: Iterable) -> int:
    """Print findings as they come; return how many are faults."""
    faults = 0
    for found in findings:
        remark = f" ({found.remark})" if found.remark else ""
        print(
            f"FAULT  {found.point}: {found.fault}" if found.fault else f"ok     {found.point}{remark}", flush=True
        )
        faults += bool(found.fault)
    return faults


def merge(
    source: Annotated[
        Path, typer.Argument(help="A folder of records, as `results/` of another machine, or a certificate.")
    ],
    results: arguments.Results = None,
) -> None:
    """Take the records of another machine into yours.

    Runs that are here already, failures and trials are left out. What changes in the verdicts is printed.
    """
    if source.is_file():
        from benchmarks.certificates.verifying import verified_records

        with verified_records(source) as folder:
            _merge(folder, results or results_folder())
    else:
        _merge(source, results or results_folder())


def _merge(folder: Path, results: Path) -> None:
    from benchmarks.outside.merging import merge as merged

    if not (folder / "reproduced").is_dir():
        raise ResultsError(f"{folder} has no records. Expected a folder with reproduced/.")
    if is_of_trials(folder) and not is_of_trials(results):
        raise ResultsError(f"{folder} has trials, which never count. Expected the folder above it.")
    for path in sorted((folder / "reproduced").glob("*.csv")):
        try:
            table = load_table(path.stem)
        except UnknownName as error:
            warn(f"{path}: left out. {error}")
            continue
        found = merged(table, folder, results)
        print(
            f"{table.paper}: {found.added} added, {found.known} here already, {found.trials} of trials left out."
        )
        print(*found.changes, sep="\n", end="\n" if found.changes else "")


def where() -> None:
    """Print the folders that the suite reads and writes."""
    baseline = "" if is_checkout() else str(HERE)
    rows = [
        {"what": "your records", "folder": str(results_folder()), "variable": "RETABLE_RESULTS"},
        {"what": "the project's records", "folder": baseline, "variable": ""},
        *({"what": "your papers", "folder": str(path), "variable": "RETABLE_PAPERS"} for path in join_folders()),
        {
            "what": "data and other things kept",
            "folder": str(cache_folder().parent),
            "variable": "RETABLE_HOME",
        },
    ]
    print_rows([row for row in rows if row["folder"]], "table", "")
