"""What somebody's numbers are compared with: a published value, our runs, and the protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable, UnknownName, load_table, match
from results.folders import KnownRecords, results_folder
from results.ledger import ResultsError
from results.published import Cell, Kind
from results.verdicts import Verdict

MOST_LISTED = 12


@dataclass(frozen=True)
class Protocol:
    """How a cell's experiment is repeated."""

    folds: int
    runs: int  # one for a system without randomness


@dataclass(frozen=True)
class Reference:
    """One cell, with what is known about it."""

    cell: Cell
    ours: Verdict  # on our runs
    protocol: Protocol | None = None  # None without a recipe
    pitfalls: tuple[str, ...] = ()  # why results miss print, and how that was tested

    @property
    def is_fixed(self) -> bool:
        """Return whether the system has no randomness, so that one run of ours says all."""
        return self.protocol is not None and self.protocol.runs == 1

    @property
    def is_usable(self) -> bool:
        """Return whether anything is known that a number can be compared with."""
        return self.cell.value is not None or len(self.ours.units) >= (1 if self.is_fixed else 2)


def reference(
    paper: str,
    *,
    table: str | None = None,
    row: str | None = None,
    column: str | None = None,
    metric: str | None = None,
    results: Path | None = None,
) -> Reference:
    """Return what is known about the one cell that matches; `results` is the folder of our records.

    Raises UnknownName for a name that does not exist and for several cells, and ResultsError for a cell without
    a published value that has too few runs of ours.
    """
    found = load_table(paper)
    cell = _only(found.cells(table, row, column), metric)
    (planned,) = found.plan([cell])
    (ours,) = verdicts([planned], KnownRecords(found.paper, results or results_folder()).records())
    recipe = planned.recipe
    protocol = None if isinstance(recipe, NotAttempted) else Protocol(recipe.dataset.folds, recipe.runs)
    known = Reference(cell, ours, protocol, _pitfalls(found, cell))
    if not known.is_usable:
        raise ResultsError(
            f"{cell.name} has no published value, and {len(ours.units)} of our runs. Expected a published value, "
            f"or two runs to compare with; `retable run` trains them."
        )
    return known


def _only(cells: Sequence[Cell], metric: str | None) -> Cell:
    """Return the one cell of a metric; of several, the one with a published value."""
    if metric is not None:
        name = match("metric", metric, list(dict.fromkeys(cell.metric.name for cell in cells)))
        cells = [cell for cell in cells if cell.metric.name == name]
    printed = [cell for cell in cells if cell.value is not None]
    if len(cells) > 1 and len(printed) != 1:
        raise UnknownName(_which(printed or cells))
    return printed[0] if printed else cells[0]


def _which(cells: Sequence[Cell]) -> str:
    """Ask which of several cells is meant."""
    names = [f"{cell.table} / {cell.row} / {cell.column}, {cell.metric.name}" for cell in cells[:MOST_LISTED]]
    more = f"; and {len(cells) - MOST_LISTED} more" if len(cells) > MOST_LISTED else ""
    return f"{len(cells)} cells match. Choose with --table, --row, --column or --metric: {'; '.join(names)}{more}."


def _pitfalls(table: PaperTable, cell: Cell) -> tuple[str, ...]:
    """Return the causes that are known or guessed for a result that misses print."""
    if cell.kind != Kind.PERFORMANCE:
        return ()
    misses = [m for m in table.misses if m.row == cell.row and (not m.columns or cell.column in m.columns)]
    return tuple(f"{m.cause} {f'Tested: {m.tested}' if m.tested else 'Not tested.'}" for m in misses)
