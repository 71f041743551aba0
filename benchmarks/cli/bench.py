"""retable bench: how fast training is, as a ratio to plain versions in the same run."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from rich.table import Table

from benchmarks import backends, provenance
from benchmarks.backends import select_backend
from benchmarks.cli.console import wide_console
from benchmarks.papers.kim2016 import STEPS, STREAMS
from benchmarks.papers.zhang2015 import OURS
from benchmarks.papers.zhang2015.networks import BATCH_SIZE, LAID
from benchmarks.recipe import Recipe
from benchmarks.speed.processes import Amount, Cost
from benchmarks.speed.tasks import images, sentences, text, topics
from benchmarks.speed.tasks.sentences import Step
from benchmarks.table import load_table, match
from data_pipelines.dataset import DataError, Fold
from data_pipelines.text.batching import end_to_end
from data_pipelines.text.character_ids import ALPHABET
from data_pipelines.text.spelling import MARKS, alphabet, spell
from results.published import Cell
from results.records import results_folder

BATCHES, REPEATS, BACKEND = 60, 7, "tensorflow"  # other batches or backends are written to trial/
GOOGLE_NEWS_WORDS, GOOGLE_NEWS_WIDTH = 3_000_000, 300
CUT_WORDS = 20_000
SOUND_FILES, SOUND_SECONDS = 10_000, 3.0
TEXT_ROWS, SYSTEM_ROWS = 1_000_000, 100_000
FEWEST_REPEATS = 3  # unless a task says otherwise; fewer are written to trial/


class Subject(NamedTuple):
    """What is trained, with which batches, and the plain versions that it is measured against."""

    paper: str
    table: str
    row: str
    column: str
    batch_size: int
    what: str  # a batch has
    unit: str  # speed is told in
    file: str
    rivals: Callable[[Fold], Mapping[str, Step]]
    batches: int = BATCHES  # per repeat


def sentence_rivals(fold: Fold) -> dict[str, Step]:
    """Return Kim's network, padded, over the fold's words."""
    shape = len(fold.vocabulary) + 1, len(np.unique(fold.train.y)), fold.train.x.shape[1]
    found = {"plain Keras, padded": sentences.keras_step(*shape)}
    return found | ({"plain PyTorch, padded": sentences.torch_step(*shape)} if find_spec("torch") else {})


def image_rivals(fold: Fold) -> dict[str, Step]:
    """Return LeNet-5 of stock layers."""
    found = {"plain Keras": images.keras_step()}
    return found | ({"plain PyTorch": images.torch_step()} if find_spec("torch") else {})


def text_rivals(fold: Fold) -> dict[str, Step]:
    """Return LSTM-Char-Small of stock layers."""
    letters = alphabet(fold.vocabulary)
    shape = spell(fold.vocabulary, letters), len(letters) + MARKS, STREAMS, STEPS
    found = {"plain Keras": text.keras_step(*shape)}
    return found | ({"plain PyTorch": text.torch_step(*shape)} if find_spec("torch") else {})


def topic_rivals(fold: Fold) -> dict[str, Step]:
    """Return the small character CNN of stock layers, and ours with its first kernel looked up."""
    shape = len(ALPHABET), len(np.unique(fold.train.y)), fold.train.x.shape[1]
    found = {
        "plain Keras": topics.keras_step(*shape),
        "retable, looked up": topics.looked_up_step(*shape[:2], partial(end_to_end, **LAID)),
    }
    return found | ({"plain PyTorch": topics.torch_step(*shape)} if find_spec("torch") else {})


IMAGES = ("lecun1998", "MNIST", "LeNet-5 [no distortions]", "none")
TRAINED = {
    "sentences": Subject(
        "kim2014", "2", "CNN-rand", "MR", 50, "sentences", "sentences", "speed.json", sentence_rivals
    ),
    "images": Subject(*IMAGES, 128, "images", "images", "speed-images.json", image_rivals),
    "text": Subject(
        *("kim2016", "3", "LSTM-Char-Small", "PTB"),
        batch_size=STREAMS,
        what=f"streams, {STEPS} words each",
        unit="tokens",
        file="speed-text.json",
        rivals=text_rivals,
    ),
    "topics": Subject(
        *("zhang2015", OURS, "Sm. Conv.", "AG", BATCH_SIZE, "texts", "texts", "speed-topics.json", topic_rivals),
        batches=10,
    ),
}


class Whole(NamedTuple):
    """A task that is timed from its files on."""

    what: str
    file: str
    compare: Callable[[Path, int], tuple[list[Cost], list[Amount]]]
    fewest: int = FEWEST_REPEATS


def cut_vectors(folder: Path, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Cut a file of GoogleNews' shape, 3.6 GB."""
    from benchmarks.speed.tasks import vectors

    shape = {"words": GOOGLE_NEWS_WORDS, "width": GOOGLE_NEWS_WIDTH, "vocabulary": CUT_WORDS}
    return vectors.compare(folder, **shape, repeats=repeats), []


def extract_sound(folder: Path, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Take log mel frames of many short files, 1 GB."""
    from benchmarks.speed.tasks import sound

    return sound.compare(folder, files=SOUND_FILES, seconds=SOUND_SECONDS, repeats=repeats)


def read_rows(folder: Path, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Read a million generated reviews, 0.6 GB, and fewer."""
    from benchmarks.speed.tasks import rows
    from data_pipelines.download import fetch
    from data_pipelines.text.synonyms import FILE

    return rows.compare(folder, fetch(FILE), rows=TEXT_ROWS, repeats=repeats)


def count_ngrams(folder: Path, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Count the n-grams of a million generated reviews, and of fewer."""
    from benchmarks.speed.tasks import ngrams

    return ngrams.compare(folder, rows=TEXT_ROWS, repeats=repeats)


def run_counting_systems(folder: Path, repeats: int) -> tuple[list[Cost], list[Amount]]:
    """Run the systems of Zhang et al. that count over a hundred thousand generated reviews, and over fewer."""
    from benchmarks.speed.tasks import ngrams

    return ngrams.run_systems(folder, rows=SYSTEM_ROWS, repeats=repeats)


WHOLE = {
    "vectors": Whole(
        f"{CUT_WORDS:,} of {GOOGLE_NEWS_WORDS:,} words of width {GOOGLE_NEWS_WIDTH} out of a binary file",
        "cutting.json",
        cut_vectors,
    ),
    "sound": Whole(
        f"log mel frames of {SOUND_FILES:,} files of {SOUND_SECONDS:.0f} s each",
        "extracting.json",
        extract_sound,
    ),
    "rows": Whole("generated reviews as numbers of characters or words", "reading.json", read_rows),
    "ngrams": Whole("500,000 n-grams, up to 5 words, of generated reviews", "counting.json", count_ngrams),
    "systems": Whole(
        *("systems that count, trained and tested on generated reviews", "systems.json", run_counting_systems),
        fewest=1,  # which takes a quarter of an hour
    ),
}


def bench(
    subject: Annotated[
        str,
        typer.Argument(
            help="sentences, images, text, topics: training; vectors, sound, rows, ngrams, systems: whole files."
        ),
    ] = "sentences",
    column: Annotated[str | None, typer.Option(help="Another data set of the row that is trained.")] = None,
    batches: Annotated[int | None, typer.Option(min=1, help="Batches per repeat.")] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Repeats of every system, in turn.")] = REPEATS,
    backend: Annotated[str, typer.Option(help="tensorflow, jax or torch.")] = BACKEND,
    output: Annotated[Path | None, typer.Option("--json", help="Where to write [in results/].")] = None,
) -> None:
    """Time what we claim to be fast against plain versions; run it on a machine that does nothing else."""
    name = match("subject", subject, (*TRAINED, *WHOLE))
    if name in WHOLE:
        if (column, batches, backend) != (None, None, BACKEND):
            raise DataError("--column, --batches and --backend go with training.")
        bench_whole(WHOLE[name], repeats, output)
        return
    trained = TRAINED[name]
    table = load_table(trained.paper)
    cell = table.cells(trained.table, trained.row, column or trained.column)[0]
    select_backend(backend)
    report = measure(trained, table.recipe(cell), cell, backend, batches or trained.batches, repeats)
    counts = (column, batches, backend) == (None, None, BACKEND) and repeats >= FEWEST_REPEATS
    counts = counts and provenance.is_clean()
    _print(report)
    _write(report, output or results_folder() / ("speed" if counts else "trial/speed") / trained.file)


def bench_whole(task: Whole, repeats: int, output: Path | None) -> None:
    """Time a task on generated files, which lie on the disk for as long as this takes."""
    results_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=results_folder()) as folder:
        costs, amounts = task.compare(Path(folder), repeats)
    counts = provenance.is_clean() and repeats >= task.fewest
    report = {
        "what": task.what,
        "repeats": repeats,
        "device": backends.processor(),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "costs": [cost._asdict() for cost in costs],
        "amounts": amounts,
    }
    for cost in costs:
        print(f"{cost.system}: {cost.seconds:.1f} s, {cost.peak_megabytes:.0f} MB")
    _write(report, output or results_folder() / ("speed" if counts else "trial/speed") / task.file)


def _write(report: dict, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print(f"Written to {path}.")


def measure(
    trained: Subject, recipe: object, cell: Cell, backend: str, batches: int, repeats: int
) -> dict[str, Any]:
    """Return speeds and shares as plain data, with what they were measured on."""
    from benchmarks.speed.steps import compare
    from data_pipelines.download import fetch

    if not isinstance(recipe, Recipe):
        raise DataError(f"{cell.name} can't be timed: it has no recipe.")
    recipe = replace(recipe, batch_size=trained.batch_size)
    fold = recipe.dataset.load([fetch(file) for file in recipe.dataset.files], 0, 0)
    speeds, shares = compare(recipe, fold, trained.rivals, batches=batches, repeats=repeats)
    return {
        "what": f"{cell.row} on {recipe.dataset.name}, training steps of {recipe.batch_size} {trained.what}",
        "unit": trained.unit,
        "batches": batches,
        "repeats": repeats,
        "backend": backend,
        "device": backends.device(backends.BACKENDS[backend]),
        "commit": provenance.commit(),
        "versions": provenance.versions(),
        "speeds": [speed._asdict() for speed in speeds],
        "shares": [share._asdict() for share in shares],
    }


def _print(report: dict) -> None:
    console = wide_console()
    grid = Table(
        "system", f"{report['unit']} per second", "slowest to fastest", "ours is faster by", title=report["what"]
    )
    for speed in report["speeds"]:
        spread = f"{speed['slowest']:.0f} to {speed['fastest']:.0f}"
        grid.add_row(speed["system"], f"{speed['examples_per_second']:.0f}", spread, f"{speed['ratio']:.2f}")
    console.print(grid)
    if not any("PyTorch" in speed["system"] for speed in report["speeds"]):
        console.print("PyTorch is not installed: pip install torch adds it to the comparison.")
    for share in report["shares"]:
        console.print(f"{share['part']}: {share['milliseconds']:.2f} ms a step, {share['share']:.0%}")
