"""How well explanations find planted deviations, as docs/explain.md shows it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from results.explanations.explanation import Outcome
from results.tables import as_markdown

FILE = Path("explained") / "planted.csv"  # in the folder of records


def planted_section(folder: Path) -> str:
    """Return the figures and the table of the measure that is kept in a folder of records."""
    path = folder / FILE
    if not path.exists():
        return "Not measured yet."
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return f"{_figures(rows)}\n\n{as_markdown(rows)}"


def _figures(rows: Sequence[Mapping[str, str]]) -> str:
    """Say how many cases of each kind have the right answer."""
    texts = {
        Outcome.EXPLAINED: "Of {all} deviations among the factors, {right} were named first.",
        Outcome.NONE: "Of {all} deviations that no factor covers, {right} got no name.",
        Outcome.NOTHING: "Of {all} clean copies, {right} got none.",
    }
    found = []
    for kind, text in texts.items():
        mine = [row for row in rows if row["planted"] == kind]
        if mine:
            right = sum(row["right"] == "yes" for row in mine)
            found.append(text.format(all=len(mine), right=right))
    return " ".join(found)
