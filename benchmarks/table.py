"""A paper's tables: the printed cells, a recipe for each, and the orders that the paper claims."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from benchmarks.evidence.source import follow
from benchmarks.jobs import LEADING, Options, Planned, planned
from benchmarks.look.subject import Trained
from benchmarks.outside.paper_files import PaperFile, find_paper, paper_files
from benchmarks.recipe import Measurement, NotAttempted, Recipe
from results.metrics import METRICS, Metric
from results.published import Cell, read_cells
from results.verdicts import Verdict

MOST_NAMES = 40
ADDRESS = r"https://[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+"  # nothing that would end a link in a page
DIRECTIONS = ("higher", "lower", "exact")
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


class Assumption(NamedTuple):
    """What a recipe takes for granted where its paper is silent, or does in another way than the paper.

    `change` returns a recipe with another choice, or None for one that it does not concern. It needs a name, and
    `instead`, which says what it does.
    """

    text: str
    name: str = ""
    instead: str = ""
    change: Callable[[Any], Any] | None = None
    deviates: bool = False  # from the paper
    moves_validation: bool = False  # the change makes another validation part, or chooses otherwise by it


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
    assumptions: tuple[Assumption, ...] = ()
    backend: str = LEADING  # whose verdict stands for the cell; the others are shown beside it
    beside: Mapping[tuple[str, str], str] = field(default_factory=dict)  # table and row of ours: a printed table
    metrics: tuple[Metric, ...] = ()  # of its own, besides those of results.metrics
    address: str = ""  # of the paper, https: its DOI or arXiv; empty for tables of our own
    about: str = ""  # the text at the top of its file
    published: Path | None = None  # its printed cells; None: results/published/

    def cells(self, table: Names = None, row: Names = None, column: Names = None) -> list[Cell]:
        """Return the cells that match, in printed order; several names of a kind add up. Raises UnknownName."""
        cells = read_cells(self.paper, self.published, self.metrics)
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
                planned(cell, self._recipe(cell), options, self.backend),
                beside=printed.get((self.beside.get((cell.table, cell.row), ""), *cell[2:5])),
            )
            for cell in wanted
        ]

    def _recipe(self, cell: Cell) -> Recipe | Measurement | NotAttempted:
        """Return the recipe of a cell. Raises UnknownName where the paper's function fails or returns none."""
        try:
            with redirect_stdout(sys.stderr):  # what a command prints may be data
                recipe = self.recipe(cell)
        except (Exception, SystemExit) as error:  # whatever somebody's function raises
            raise UnknownName(f"{cell.name} has no recipe: {_what_failed(error)}.") from error
        if not isinstance(recipe, Recipe | Measurement | NotAttempted):
            found = f"The function recipe returned {recipe!r}"
            raise UnknownName(
                f"{cell.name} has no recipe. {found}, expected a Recipe, Measurement or NotAttempted."
            )
        return recipe

    def _printed(self) -> dict[tuple, float | None]:
        """Return the values that may be shown beside ours, by table, row, column and metric."""
        return {cell[1:5]: cell.value for cell in self.cells()} if self.beside else {}


def paper_names() -> list[str]:
    """Return the known papers, sorted: the suite's own, and those from outside."""
    return sorted(paper_files())


def load_table(paper: str) -> PaperTable:
    """Return the table of a paper. Raises UnknownName, also for a file that is not Python or has no TABLE."""
    found = find_paper(paper)
    if found is None:
        known = paper_files()
        if paper not in known and Path(f"{paper}.py").is_file():
            raise UnknownName(f"There is no paper {paper!r}, but {paper}.py is here: --papers . adds this folder.")
        found = known[match("paper", paper, sorted(known))]
    try:
        return _loaded(found)
    except (Exception, SystemExit) as error:  # whatever somebody's file raises; it must not stop other papers
        raise UnknownName(f"The paper {found.name} can't be loaded: {_what_failed(error)}.") from error


def load_tables(leave_out: Callable[[str], None]) -> list[PaperTable]:
    """Return the tables of all papers; `leave_out` is called with a line about each that can't be loaded."""
    tables = []
    for name in paper_names():
        try:
            tables.append(load_table(name))
        except UnknownName as error:
            leave_out(str(error))
    return tables


class _Fault(Exception):
    """What is wrong with a paper's file, in words."""


def _loaded(found: PaperFile) -> PaperTable:
    """Import a paper. Raises whatever its file raises, and _Fault."""
    if not found.published.exists():
        raise _Fault(f"{found.path} has no {found.published.name} beside it")
    if found.is_outside:
        follow(found.module)
    with redirect_stdout(sys.stderr):  # what a command prints may be data
        module = import_module(found.module)
    table = getattr(module, "TABLE", None)
    if not isinstance(table, PaperTable):
        lacks = "has no TABLE" if table is None else f"has a TABLE that is {type(table).__name__}"
        raise _Fault(f"{found.path} {lacks}. Expected TABLE = PaperTable(...)")
    if table.paper != found.name:
        raise _Fault(f"{found.path} has a TABLE of the paper {table.paper!r}. Expected {found.name!r}")
    _check_metrics(table.metrics, found.path)
    _check_address(table.address, found.path)
    return replace(table, about=module.__doc__ or "", published=found.published)


def _check_metrics(metrics: Iterable[Any], path: Path) -> None:
    """Raise _Fault for a metric that cannot be judged by."""
    for metric in metrics:
        if not isinstance(metric, Metric):
            raise _Fault(f"{path} has the metric {metric!r}. Expected a Metric")
        if metric.better not in DIRECTIONS:
            expected = ", ".join(DIRECTIONS)
            raise _Fault(f"{path}: the metric {metric.name} is better when {metric.better!r}. Expected {expected}")
        if METRICS.get(metric.name, metric) != metric:
            raise _Fault(f"{path}: the suite has another metric {metric.name}. Choose another name")


def _check_address(address: Any, path: Path) -> None:
    """Raise _Fault for an address that a page could not link to."""
    if address and not (isinstance(address, str) and re.fullmatch(ADDRESS, address)):
        raise _Fault(f"{path} has the address {address!r}. Expected one like https://doi.org/10.1000/182")


def _what_failed(error: BaseException) -> str:
    """Return where an import failed, and why."""
    if isinstance(error, _Fault):
        return str(error).removesuffix(".")
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{error.filename}, line {error.lineno}: {error.msg}"
    last = extract_tb(error.__traceback__)[-1]
    return f"{last.filename}, line {last.lineno}: {type(error).__name__}: {error}{_advice(error)}"


def _advice(error: BaseException) -> str:
    """Say how a module beside a paper is imported, where a paper looks for one in vain."""
    if not isinstance(error, ModuleNotFoundError) or not error.name or "." in error.name:
        return ""
    return f" (a module beside the paper is imported by: from .{error.name} import ...)"


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
