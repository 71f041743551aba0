"""Plans of nights, and cells with their recipes, for tests."""

import json
from pathlib import Path

from benchmarks.jobs import Planned
from benchmarks.runners.variables import of_nights
from benchmarks.table import load_table

REHEARSAL = """
hours = {hours}
gate = {gate}
epochs = 3
lookalike = true
results = "out"
{more}

[[run]]
paper = "starter"
row = "LeNet-style"
column = "digits"
seeds = 3

[[run]]
paper = "lectures"
row = "convolution formula"
"""


def plan_in(
    folder: Path, hours: float = 1, gate: tuple[str, ...] = ("worse",), more: str = "", name="plan"
) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(REHEARSAL.format(hours=hours, gate=json.dumps(gate), more=more))
    return path


def without_variables(monkeypatch) -> None:
    """Remove the variables that would travel into units; tests set some themselves, for speed."""
    for name in of_nights(here=True, devices=True):
        monkeypatch.delenv(name)


def planned_of(paper: str, table: str, row: str, column: str | None) -> Planned:
    """Return the first cell of a place with its recipe."""
    found = load_table(paper)
    return found.plan(found.cells(table, row, column))[0]
