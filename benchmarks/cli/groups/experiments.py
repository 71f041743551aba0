"""retable compare --experiment: groups of runs of any MLflow store."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.cli.console import PLAIN_DATA, print_grids, print_rows, warn, wide_console
from results.groups.compared import Compared, compare_runs
from results.groups.question import Question, asked, suggestions
from results.groups.runs import Run, listed
from results.groups.wording import as_data, group_rows, lines, names, notes, pair_rows, pairs_left_out
from results.ledger import ResultsError
from results.writing.grid import Entry, Grid, of_rows

PICTURES = (".svg", ".png", ".pdf")
WIDE, LONG = 120, 12  # characters of a terminal, and of a name there

Experiments = Annotated[
    list[str] | None,
    typer.Option("--experiment", help="An MLflow experiment, of any code; may be given again."),
]
MetricName = Annotated[
    str | None, typer.Option("--metric", help="A metric of its runs; of each, the last value counts.")
]
GroupBy = Annotated[
    list[str] | None,
    typer.Option("--group-by", help="Such as params.optimizer; tags and attributes too; may be given again."),
]
PairBy = Annotated[
    list[str] | None, typer.Option("--pair-by", help="Such as params.seed: equal in both runs of a pair.")
]
Unit = Annotated[
    str | None, typer.Option("--unit", help="Such as params.fold: folds of a cross-validation are one sample.")
]
Margin = Annotated[
    float | None, typer.Option("--margin", help="The largest difference that counts as equal: tested too.")
]
Better = Annotated[str, typer.Option("--better", help="higher or lower: which values of the metric are better.")]
RepeatsOption = Annotated[
    str, typer.Option("--repeats", help="refuse, latest or mean: several runs of one seed in a group.")
]
LevelOption = Annotated[str, typer.Option("--level", help="all, top or nested: runs that are nested in others.")]
Store = Annotated[
    str | None,
    typer.Option("--store", help="sqlite:///FILE, a folder or an address [MLFLOW_TRACKING_URI, or ours]."),
]
Picture = Annotated[
    Path | None, typer.Option("--picture", help="Draw the intervals: a file that ends in svg, png or pdf.")
]
WriteTags = Annotated[bool, typer.Option("--write-tags", help="Write the answer to the runs, as a tag.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse groups that differ in more than --group-by.")]


@dataclass(frozen=True)
class Asked:
    """The options of the command, as they were given."""

    experiments: Sequence[str]
    metric: str | None = None
    group_by: Sequence[str] | None = None
    store: str | None = None
    where: str = ""
    form: str = "table"
    picture: Path | None = None
    write_tags: bool = False
    strict: bool = False
    others: dict[str, Any] = field(default_factory=dict)  # of the question


def compare_experiments(wanted: Asked, folder: Path) -> None:
    """Compare groups of runs, print what they have, and draw or tag them where that is asked for."""
    from results.groups.store import address_of, opened, read

    if wanted.picture and wanted.picture.suffix.casefold() not in PICTURES:
        raise ResultsError(f"--picture is {wanted.picture}. Expected a file that ends in {', '.join(PICTURES)}.")
    client = opened(address_of(wanted.store, folder))
    runs = read(client, wanted.experiments, wanted.where)
    if not runs:
        where = f" matches {wanted.where!r}" if wanted.where else ""
        raise ResultsError(f"No run of {', '.join(wanted.experiments)}{where or ' is there'}.")
    found = compare_runs(runs, _question(wanted, runs), strict=wanted.strict)
    _print(found, wanted.form)
    if wanted.picture:
        _draw(found, wanted.picture)
    if wanted.write_tags:
        from results.groups.tagging import tag_name, write_tags

        changed, total = write_tags(client, found)
        warn(f"The tag {tag_name(found)} of {total} runs has the answer: {changed} changed.")


def _question(wanted: Asked, runs: Sequence[Run]) -> Question:
    """Return the question. Raises ResultsError with what the runs have, where a name is missing."""
    groups = wanted.group_by or (["attributes.experiment"] if len(set(wanted.experiments)) > 1 else None)
    if not (wanted.metric and groups):
        missing = "--group-by" if wanted.metric else "--metric"
        raise ResultsError(f"{missing} is missing. {listed(suggestions(runs, wanted.metric))}")
    return asked(wanted.metric or "", groups or [], **wanted.others)


def _print(found: Compared, form: str) -> None:
    question = found.question
    title = f"{question.metric} by {question.by}"
    if form == "json":
        print(json.dumps(as_data(found), indent=1))
    elif form in PLAIN_DATA:
        print_rows(lines(found), form, "")
        for note in notes(found):
            warn(note)
    elif form == "table":
        _print_tables(found, title)
    else:
        tables = [of_rows(group_rows(found), title, _legend(found))]
        if found.pairs:
            tables.append(of_rows(pair_rows(found), f"{title}: pairs", pairs_left_out(found)))
        print_grids([escaped(grid) for grid in tables] if form == "markdown" else tables, form)


def _legend(found: Compared) -> str:
    """Return the notes as one paragraph."""
    return " ".join(f"{note.strip()}." if note.startswith(" ") else note for note in notes(found))


def escaped(grid: Grid) -> Grid:
    """Return a grid whose texts mean themselves in Markdown: names of groups come from anywhere."""
    groups = [[[Entry(_literal(entry.text)) for entry in line] for line in group] for group in grid.groups]
    return grid._replace(title=_literal(grid.title), legend=_literal(grid.legend), groups=groups)


def _literal(text: str) -> str:
    return re.sub(r"([\\`*_\[\]#])", r"\\\1", text).replace("<", "&lt;")


def _print_tables(found: Compared, title: str) -> None:
    """Print both tables and the notes; on a narrow terminal, pairs of long names have numbers."""
    console = wide_console()
    numbered = console.width < WIDE and max(map(len, names(found).values())) > LONG
    print_rows(group_rows(found, numbered=numbered), "table", title)
    if found.pairs:
        print_rows(pair_rows(found, numbered=numbered), "table", "", pairs_left_out(found))
    for note in notes(found, numbered=numbered):
        console.print(note if note.startswith(" ") else f"- {note}", highlight=False)


def _draw(found: Compared, path: Path) -> None:
    from results.groups.picture import draw

    draw(found, path)
    warn(f"{path} is written.")
