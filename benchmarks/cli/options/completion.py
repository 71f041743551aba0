"""What a shell may complete: names of papers, and of their tables, rows and columns."""

import os
import re
from collections.abc import Iterable

import typer

from benchmarks.table import load_table, paper_names

VARIABLE = "_RETABLE_COMPLETE"  # the shell sets it, and reads what is printed


def is_asked() -> bool:
    """Return whether a shell wants to complete a line; then errors are of no use."""
    return VARIABLE in os.environ


def papers(incomplete: str) -> list[str]:
    """Return the papers that a word may become."""
    return _offered(paper_names(), incomplete)


def tables(context: typer.Context, incomplete: str) -> list[str]:
    """Return the tables of the paper that the line names."""
    return _offered(_names("table", context), incomplete)


def rows(context: typer.Context, incomplete: str) -> list[str]:
    """Return the rows of the paper, and of the table if the line names one."""
    return _offered(_names("row", context), incomplete)


def columns(context: typer.Context, incomplete: str) -> list[str]:
    """Return the columns of the paper, and of the table if the line names one."""
    return _offered(_names("column", context), incomplete)


def _names(what: str, context: typer.Context) -> Iterable[str]:
    given = context.params
    paper = given["paper"] or context.args[0]  # while an option lacks its value, arguments are not assigned
    cells = load_table(paper).cells(None if what == "table" else given.get("table") or None)
    return dict.fromkeys(getattr(cell, what) for cell in cells)


def _offered(names: Iterable[str], begun: str) -> list[str]:
    """Return the names that begin so, in any letter case; bash inserts them unchanged, so they are escaped."""
    found = [name for name in names if name.casefold().startswith(begun.casefold())]
    is_bash = os.environ.get(VARIABLE) == "complete_bash"
    return [Chosen(re.sub(r"[^\w.,:+=@%/-]", r"\\\g<0>", name) if is_bash else name) for name in found]


class Chosen(str):
    """A name to insert. Typer compares it again with what was typed, without regard to case or escapes."""

    def startswith(self, *begun: object) -> bool:
        """Return True: the names have been chosen."""
        return True
