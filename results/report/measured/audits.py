"""docs/audit.md: what the audit finds in the published tables, and how well it finds planted errors."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from results.audit.findings import Finding
from results.audit.measure import Measure
from results.audit.tables import Audit
from results.published import FOLDER
from results.tables import as_markdown

REMARKS = FOLDER / "audit-remarks.csv"
PLACE = ("paper", "table", "row", "column")

ABOUT = Path(__file__).parent.parent / "templates" / "audit.md"


def audits_document(audits: Mapping[str, Audit], measure: Measure) -> str:
    """Return docs/audit.md."""
    remarks = read_remarks()
    sections = [_section(paper, found.findings, remarks) for paper, found in audits.items() if found.findings]
    measures = [_rates(measure), as_markdown(_kinds(measure))]
    parts = [
        ABOUT.read_text("utf-8").strip(),
        *measures,
        "## In the published tables",
        _covered(audits),
        *sections,
    ]
    return "\n\n".join(parts) + "\n"


def read_remarks(path: Path = REMARKS) -> dict[tuple[str, ...], str]:
    """Return what was seen when a finding was looked at, by paper, table, row and column."""
    with path.open(newline="", encoding="utf-8") as stream:
        return {tuple(line[name] for name in PLACE): line["remark"] for line in csv.DictReader(stream)}


def _rates(measure: Measure) -> str:
    recall, alarms = 100 * measure.recall, 100 * measure.false_alarms
    return (
        f"Of {measure.planted.total()} planted errors {measure.found.total()} were found ({recall:.1f} %). In "
        f"{measure.true_tables} true tables {measure.alarms} of {measure.true_numbers} numbers were called "
        f"impossible or improbable ({alarms:.2f} %)."
    )


def _kinds(measure: Measure) -> list[dict[str, str]]:
    return [
        {"planted": kind, "tables": str(count), "found": str(measure.found[kind])}
        for kind, count in measure.planted.items()
    ]


def _covered(audits: Mapping[str, Audit]) -> str:
    numbers, counted = (sum(getattr(found, name) for found in audits.values()) for name in ("numbers", "counted"))
    clean = [f"`{paper}`" for paper, found in audits.items() if not found.findings]
    return (
        f"All {numbers} printed numbers of the catalogue were checked; {counted} of them have few enough test "
        f"examples, beside their digits, to be tested by counts. Nothing was found in {', '.join(clean)}. Every "
        f"other finding was looked at by hand; below is what was seen."
    )


def _section(paper: str, findings: Sequence[Finding], remarks: Mapping[tuple[str, ...], str]) -> str:
    rows = [
        {
            "where": " / ".join(finding.entries[0].place[:3]),
            "grade": finding.grade.value,
            "arithmetic": finding.arithmetic,
            "seen": remarks.get((paper, *finding.entries[0].place[:3]), ""),
        }
        for finding in findings
    ]
    return f"### {paper}\n\n{as_markdown(rows)}"
