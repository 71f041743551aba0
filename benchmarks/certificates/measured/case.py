"""One certificate from beginning to end, as the documents show it."""

from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.certificates.checks import in_a_line
from benchmarks.certificates.measured.counts import Count, counts
from benchmarks.certificates.verifying import verify
from benchmarks.certificates.writing import certify
from benchmarks.table import load_table
from results.records import RecordFiles
from results.tables import in_words

CELL = ("kim2014", "2", "CNN-rand", "TREC")


class Case(NamedTuple):
    """The commands with what they print, and how many changes of the file are noticed."""

    text: str
    counts: list[Count]


def case(results: Path, each: int, again: int) -> Case:
    """Return the case from a folder of records. Raises DataError without the data of the cell."""
    paper, *place = CELL
    table = load_table(paper)
    planned, source = table.plan(table.cells(*place)), RecordFiles(paper, results)
    plain = certify(table, planned, source)
    signed = certify(table, planned, source, key=Ed25519PrivateKey.generate())
    (verdict,) = plain.verdicts
    named = " ".join(f"--{name} {text}" for name, text in zip(("table", "row", "column"), place, strict=True))
    lines = [
        f"$ retable certify {paper} {named} -o cell.zip --unsigned",
        f"{verdict.cell.name}, {verdict.cell.metric.name}: {in_words(verdict)}",
        "$ retable verify cell.zip",
        *map(in_a_line, verify(plain.files)),
    ]
    return Case("\n".join(lines), list(counts(signed.files, each, again)))
