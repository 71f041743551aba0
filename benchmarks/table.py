"""A paper's tables: the printed cells, and a recipe for each. The folder papers/ is the registry."""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

from benchmarks import papers
from benchmarks.recipe import Measurement, NotAttempted, Recipe
from results.published import Cell, read_cells

MOST_NAMES = 40


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


@dataclass(frozen=True)
class PaperTable:
    """All cells of a paper, how to earn each, and what was learned where ours differ."""

    paper: str  # the name of its file
    title: str
    recipe: Callable[[Cell], Recipe | Measurement | NotAttempted]
    notes: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    look: Any = None  # of benchmarks.looking: how to look at what a row's network learned

    def cells(self, table: str | None = None, row: str | None = None, column: str | None = None) -> list[Cell]:
        """Return the cells that match, in printed order. Raises UnknownName."""
        cells = read_cells(self.paper)
        for what, wanted in (("table", table), ("row", row), ("column", column)):
            if wanted is not None:
                known = list(dict.fromkeys(getattr(cell, what) for cell in cells))
                name = match(what, wanted, known)
                cells = [cell for cell in cells if getattr(cell, what) == name]
        return cells


def paper_names() -> list[str]:
    """Return the known papers, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(papers.__path__))


def load_table(paper: str) -> PaperTable:
    """Return the table of a paper. Raises UnknownName."""
    name = match("paper", paper, paper_names())
    return import_module(f"benchmarks.papers.{name}").TABLE


def match(what: str, wanted: str, known: Sequence[str]) -> str:
    """Return the known name that `wanted` is, letter case aside. Raises UnknownName with the nearest one."""
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
