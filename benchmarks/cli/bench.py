"""retable bench: how fast training is, as a ratio to plain versions in the same run."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from benchmarks import device, provenance
from benchmarks.backends import select_backend
from benchmarks.cli.show import wide_console
from benchmarks.recipe import Recipe
from benchmarks.table import load_table, match
from data_pipelines.dataset import DataError
from results.records import results_folder

DEFAULTS = ("MR", 60, 7, "tensorflow")  # others are written to trial/
SUBJECTS = ("sentences", "vectors")
GOOGLE_NEWS_WORDS, GOOGLE_NEWS_WIDTH = 3_000_000, 300
CUT_WORDS = 20_000
FEWEST_REPEATS = 3  # fewer are written to trial/


def bench(
    subject: Annotated[
        str, typer.Argument(help="sentences: training; vectors: cutting a large file.")
    ] = "sentences",
    column: Annotated[str, typer.Option(help="The data set whose sentences are trained on.")] = "MR",
    batches: Annotated[int, typer.Option(help="Batches per repeat.")] = 60,
    repeats: Annotated[int, typer.Option(help="Repeats of every system, in turn.")] = 7,
    backend: Annotated[str, typer.Option(help="tensorflow, jax or torch.")] = "tensorflow",
    output: Annotated[Path | None, typer.Option("--json", help="Where to write [results/speed.json].")] = None,
) -> None:
    """Time what we claim to be fast against plain versions; run it on a machine that does nothing else."""
    for name, value in (("--batches", batches), ("--repeats", repeats)):
        if value < 1:
            raise DataError(f"{name} is {value}. Expected 1 or more.")
    if match("subject", subject, SUBJECTS) == "vectors":
        if (column, batches, backend) != (DEFAULTS[0], DEFAULTS[1], DEFAULTS[3]):
            raise DataError("--column, --batches and --backend go with `retable bench sentences`.")
        bench_vectors(repeats, output)
        return
    table = load_table("kim2014")
    cell = table.cells("2", "CNN-rand", column)[0]
    recipe = table.recipe(cell)
    select_backend(backend)
    report = measure(recipe, cell.column, backend, batches, repeats)
    is_default = (column, batches, repeats, backend) == DEFAULTS and provenance.is_clean()
    _print(report)
    _write(report, output or results_folder() / ("speed.json" if is_default else "trial/speed.json"))


def bench_vectors(repeats: int, output: Path | None) -> None:
    """Time the cut of a generated file of GoogleNews' shape, 3.6 GB on the disk for as long as this takes."""
    from benchmarks.cutting import compare

    results_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=results_folder()) as folder:
        costs = compare(
            Path(folder), words=GOOGLE_NEWS_WORDS, width=GOOGLE_NEWS_WIDTH, vocabulary=CUT_WORDS, repeats=repeats
        )
    counts = provenance.is_clean() and repeats >= FEWEST_REPEATS
    report = {
        "what": f"{CUT_WORDS:,} of {GOOGLE_NEWS_WORDS:,} words of width {GOOGLE_NEWS_WIDTH} out of a binary file",
        "repeats": repeats,
        "device": device.processor(),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "costs": [cost._asdict() for cost in costs],
    }
    for cost in costs:
        print(f"{cost.system}: {cost.seconds:.1f} s, {cost.peak_megabytes:.0f} MB, {cost.ratio:.2f} times ours")
    _write(report, output or results_folder() / ("cutting.json" if counts else "trial/cutting.json"))


def _write(report: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(f"Written to {path}.")


def measure(recipe: object, column: str, backend: str, batches: int, repeats: int) -> dict:
    """Return speeds and shares as plain data, with what they were measured on."""
    from benchmarks.speed import compare
    from data_pipelines.download import fetch

    if not isinstance(recipe, Recipe):
        raise DataError(f"CNN-rand on {column} can't be timed: it has no recipe.")
    fold = recipe.dataset.load([fetch(file) for file in recipe.dataset.files], 0, 0)
    speeds, shares = compare(recipe, fold, batches=batches, repeats=repeats)
    return {
        "what": f"Kim (2014) CNN-rand on {column}, training steps of {recipe.batch_size} sentences",
        "batches": batches,
        "repeats": repeats,
        "backend": backend,
        "device": device.name(backend),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "speeds": [speed._asdict() for speed in speeds],
        "shares": [share._asdict() for share in shares],
    }


def _print(report: dict) -> None:
    console = wide_console()
    grid = Table("system", "sentences per second", "slowest to fastest", "ours is faster by", title=report["what"])
    for speed in report["speeds"]:
        spread = f"{speed['slowest']:.0f} to {speed['fastest']:.0f}"
        grid.add_row(speed["system"], f"{speed['examples_per_second']:.0f}", spread, f"{speed['ratio']:.2f}")
    console.print(grid)
    if not any("PyTorch" in speed["system"] for speed in report["speeds"]):
        console.print("PyTorch is not installed: pip install torch adds it to the comparison.")
    for share in report["shares"]:
        console.print(f"{share['part']}: {share['milliseconds']:.2f} ms a step, {share['share']:.0%}")
