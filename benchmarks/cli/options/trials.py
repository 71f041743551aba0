"""Trials: runs with other settings than the paper's, where their records are, and how to see them again."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.jobs import LEADING, Options
from benchmarks.recipe import NotAttempted, settings
from benchmarks.reproduce import folder_of_trials, is_of_trials
from benchmarks.settings import Changes, changeable, why_fixed
from benchmarks.table import PaperTable, match
from data_pipelines.dataset import DataError
from results.folders import results_folder
from results.published import Cell

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Another setting: a trial, never counts; may be repeated."),
]
Lookalike = Annotated[bool, typer.Option("--lookalike", help="Generated data: a trial, never counts.")]


def changes(found: PaperTable, cells: Iterable[Cell], texts: Sequence[str] | None, epochs: int | None) -> Changes:
    """Return names and values of --set. Raises UnknownName or DataError for a setting that no cell can change."""
    if not texts:
        return ()
    recipes = [recipe for cell in cells if not isinstance(recipe := found.recipe(cell), NotAttempted)]
    known = dict.fromkeys(name for recipe in recipes for name in changeable(recipe))
    fixed = {name for recipe in recipes for name in settings(recipe)} - known.keys()
    pairs = [_pair(text) for text in texts]
    for name in fixed & {name for name, _ in pairs}:
        raise DataError(f"--set can't change {name}: {why_fixed(name)}.")
    given = tuple((match("setting", name, list(known)) if known else name, value) for name, value in pairs)
    names = [name for name, _ in given] + (["epochs"] if epochs is not None else [])
    if twice := [name for name in names if names.count(name) > 1]:
        raise DataError(f"The setting {twice[0]} is given twice. Expected one value.")
    return given


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise DataError(f"--set is {text!r}. Expected NAME=VALUE, such as epochs=3.")
    return name, value


def shown(folder: Path, options: Options) -> tuple[Path, str | None]:
    """Return the folder whose records are shown, and what to say about it if they are trials."""
    if options.is_trial:
        return folder_of_trials(folder), caption(options.difference)
    return folder, caption("other settings, data or code than the paper's") if is_of_trials(folder) else None


def caption(reason: str) -> str | None:
    """Return how results are marked that never count; None without a reason."""
    return f"A trial: {reason}. It never counts." if reason else None


def command(paper: str, folder: Path, options: Options, backend: str = LEADING, place: Sequence[str] = ()) -> str:
    """Return the command that shows what a run has recorded in a folder; `place` are its options of cells."""
    elsewhere = [] if folder == results_folder() else ["--results", str(folder)]
    changed = [word for name, value in options.changes for word in ("--set", f"{name}={value}")]
    epochs = [] if options.epochs is None else ["--epochs", str(options.epochs)]
    lookalike = ["--lookalike"] if options.lookalike else []
    other = [] if backend == LEADING else ["--backend", backend]
    return shlex.join(["retable", "show", paper, *place, *changed, *epochs, *lookalike, *other, *elsewhere])
