"""A paper's tables: the printed cells, a recipe for each, and the orders that the paper claims."""

import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import NamedTuple

from benchmarks import papers
from benchmarks.jobs import LEADING, Options, Planned, planned
from benchmarks.look.subject import Trained
from benchmarks.recipe import Measurement, NotAttempted, Recipe
from results.published import Cell, read_cells
from results.verdicts import Verdict

MOST_NAMES = 40
Names = str | Sequence[str] | None  # of tables, rows or columns; none means all


class UnknownName(Exception):
    """A paper, table, row or column that does not exist; the text lists those that do."""


class Claim(NamedTuple):
    """An order that a paper states, or that we ask about: one row beats another, or is near it."""

    text: str
    table: str
    better: str  # a row
    worse: str  # another row
    within: float | None = None  # how near, in the unit of the first metric; then neither is better
    columns: tuple[str, ...] = ()  # of which it is stated; none: of all


class Miss(NamedTuple):
    """Why cells of a row are not reproduced, and how that was tested; without a test it is a guess."""

    row: str
    cause: str
    tested: str = ""
    columns: tuple[str, ...] = ()  # none: all


class Look(NamedTuple):
    """How to look at a paper's trained networks, and which rows are shown by default.

    `show` takes the trained model, the verdicts on the paper's cells, a folder and a file format (png, svg); it
    returns the files that it wrote.
    """

    table: str
    rows: tuple[str, ...]
    column: str
    show: Callable[[Trained, Sequence[Verdict], Path, str], list[Path]]


@dataclass(frozen=True)
class PaperTable:
    """All cells of a paper, the recipe of each, and notes on where ours differ."""

    paper: str  # the name of its file
    title: str
    recipe: Callable[[Cell], Recipe | Measurement | NotAttempted]
    notes: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    look: Look | None = None
    misses: tuple[Miss, ...] = ()
    backend: str = LEADING  # whose verdict stands for the cell; the others are shown beside it
    beside: Mapping[tuple[str, str], str] = field(default_factory=dict)  # table and row of ours: a printed table

    def cells(self, table: Names = None, row: Names = None, column: Names = None) -> list[Cell]:
        """Return the cells that match, in printed order; several names of a kind add up. Raises UnknownName."""
        cells = read_cells(self.paper)
        for what, wanted in (("table", table), ("row", row), ("column", column)):
            if wanted is not None:
                known = list(dict.fromkeys(getattr(cell, what) for cell in cells))
                names = {match(what, name, known) for name in ([wanted] if isinstance(wanted, str) else wanted)}
                cells = [cell for cell in cells if getattr(cell, what) in names]
        return cells

    def plan(self, cells: Iterable[Cell] | None = None, options: Options = Options()) -> list[Planned]:
        """Return cells with their recipes and fingerprints: the given ones, or all."""
        wanted, printed = self.cells() if cells is None else cells, self._printed()
        return [
            replace(
                planned(cell, self.recipe(cell), options, self.backend),
                beside=printed.get((self.beside.get((cell.table, cell.row), ""), *cell[2:5])),
            )
            for cell in wanted
        ]

    def _printed(self) -> dict[tuple, float | None]:
        """Return the values that may be shown beside ours, by table, row, column and metric."""
        return {cell[1:5]: cell.value for cell in self.cells()} if self.beside else {}


def paper_names() -> list[str]:
    """Return the known papers, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(papers.__path__))


def load_table(paper: str) -> PaperTable:
    """Return the table of a paper. Raises UnknownName, also for a file that is not Python or has no TABLE."""
    name = match("paper", paper, paper_names())
    try:
        module = import_module(f"benchmarks.papers.{name}")
    except Exception as error:  # whatever somebody's file raises; it must not stop other papers
        raise UnknownName(f"The paper {name} can't be loaded: {_what_failed(error)}.") from error
    if not hasattr(module, "TABLE"):
        raise UnknownName(f"The paper {name} can't be loaded: {module.__file__} has no TABLE.")
    return module.TABLE


def _what_failed(error: Exception) -> str:
    """Return where an import failed, and why."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename}, line {error.lineno}: {error.msg}"
    last = extract_tb(error.__traceback__)[-1]
    return f"{last.filename}, line {last.lineno}: {type(error).__name__}: {error}"


def match(what: str, wanted: str, known: Sequence[str]) -> str:
    """Return the known name that `wanted` is, ignoring letter case. Raises UnknownName with the nearest one."""
    folded = {name.casefold(): name for name in known}
    if wanted in known:
        return wanted
    if wanted.casefold() in folded:
        return folded[wanted.casefold()]
    near = get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.5)
    guess = f" Did you mean {folded[near[0]]}?" if near else ""
    names = ", ".join(known[:MOST_NAMES]) + (
        f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    )
    raise UnknownName(f"There is no {what} {wanted!r}.{guess} Known: {names}.")
