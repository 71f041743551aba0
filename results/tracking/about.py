"""What MLflow is to know besides records: of a paper, a cell, a job and its data. Nothing here needs MLflow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from results.published import Cell
from results.tracking.leftovers import PAGE_TAG


class PaperAbout(NamedTuple):
    """What the experiment of a paper says."""

    title: str = ""
    address: str = ""  # DOI or arXiv
    text: str = ""  # the description, Markdown


class CellAbout(NamedTuple):
    """What the parent run of a cell says, besides its verdict."""

    command: str = ""  # that trains the cell
    page: str = ""  # in the folder of a report
    text: str = ""  # the description, Markdown


class UsedData(NamedTuple):
    """The data set of a job."""

    name: str
    digest: str
    sources: tuple[str, ...]  # addresses, or words that say what it is made of
    text: str = ""  # whose data they are
    sizes: Mapping[str, int] = {}  # examples by part (train, validation, test), as far as they are known
    examples: int | None = None  # in all parts


class JobAbout(NamedTuple):
    """What the run of a job has, besides its record and curve."""

    recipe: Any = None  # plain data
    data: UsedData | None = None
    command: str = ""
    text: str = ""  # the description, Markdown
    predictions: np.ndarray | None = None  # the class of every test example, (examples,)
    weights: Path | None = None  # of the trained network


class Place(NamedTuple):
    """Where the run of a cell is: the name of an experiment, and a filter for the field above its runs."""

    experiment: str
    filter: str


def filter_of(cell: Cell) -> Place:
    """Return where MLflow has the parent run of a cell; the runs of its jobs are nested below it.

    The same text is a filter for `search_runs`.
    """
    return Place(cell.paper, f"tags.`{PAGE_TAG}` = '{page_name(cell)}'")


def page_name(cell: Cell) -> str:
    """Return a name that no other cell of a paper has, without the quotes that MLflow's filters can't hold."""
    return quotable(f"{cell.name} / {cell.metric.name}")


def quotable(text: str) -> str:
    """Remove the quotes that MLflow's filters have no escape for."""
    return text.replace("'", "").replace("`", "")
