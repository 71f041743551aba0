"""One certificate from beginning to end, as the documents show it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.certificates import archive, wording
from benchmarks.certificates.measured.counts import Count, counts
from benchmarks.certificates.verifying import verify
from benchmarks.certificates.writing import certify
from benchmarks.table import load_table
from results.records import RecordFiles

CELL = ("kim2014", "2", "CNN-rand", "TREC")
FILE = "cell.zip"


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
    with TemporaryDirectory() as folder:
        archive.write(file := Path(folder) / FILE, plain.files)
        size = file.stat().st_size
    named = " ".join(f"--{name} {text}" for name, text in zip(("table", "row", "column"), place, strict=True))
    lines = [
        f"$ retable certify {paper} {named} -o {FILE} --unsigned",
        *wording.written(Path(FILE), size, plain.verdicts, False),
        f"$ retable verify {FILE}",
        *map(wording.in_a_line, checks := list(verify(plain.files))),
        wording.total(Path(FILE), checks),
    ]
    return Case("\n".join(lines), list(counts(signed.files, each, again)))
