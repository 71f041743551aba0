"""Tables of a report as files: CSV, LaTeX and JSON, written by the code behind `retable show --format`."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from results.report.pages import slug
from results.verdicts import Verdict
from results.writing import matrix
from results.writing.formats import as_csv, as_latex, flat
from results.writing.grid import of_rows
from results.writing.matrix import Values

TYPES = {"csv": "text/csv", "tex": "text/plain", "json": "application/json"}
NAMES = {"csv": "CSV", "tex": "LaTeX", "json": "JSON"}


class Download(NamedTuple):
    """A file that is inside of a link, so that a report has few files."""

    label: str
    name: str  # of the file
    address: str


def of_table(paper: str, title: str, verdicts: Sequence[Verdict]) -> list[Download]:
    """Return one printed table, rows by columns, as `retable show PAPER --shape paper` writes it."""
    found = matrix.of_one_number(verdicts)
    texts = {
        "csv": as_csv(*matrix.as_records(found, Values.BOTH)),
        "tex": "\n\n".join(as_latex(matrix.as_grid(one, Values.BOTH, title)) for one in found),
        "json": json.dumps([matrix.as_json(one, Values.BOTH) for one in found], indent=1),
    }
    return _links(f"{paper}-table-{found[0].table}", texts)


def of_texts(name: str, title: str, rows: Sequence[Mapping[str, str]]) -> list[Download]:
    """Return rows of texts by heading, such as order claims."""
    texts = {
        "csv": rows_as_csv(rows),
        "tex": as_latex(of_rows(rows, title)),
        "json": json.dumps(list(map(dict, rows)), indent=1),
    }
    return _links(name, texts)


def rows_as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows of plain data by heading as CSV."""
    lines = list(map(flat, rows))
    return as_csv(list(lines[0]) if lines else [], [list(line.values()) for line in lines])


def _links(name: str, texts: Mapping[str, str]) -> list[Download]:
    readable = slug(name).rpartition("-")[0]
    return [
        Download(NAMES[suffix], f"{readable}.{suffix}", f"data:{TYPES[suffix]};base64,{_encoded(text)}")
        for suffix, text in texts.items()
    ]


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
