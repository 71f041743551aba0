"""All checks of a table, and what they cover."""

from collections.abc import Sequence
from dataclasses import dataclass

from results.audit.attainable import is_tested, unattainable, unattainable_deviations
from results.audit.bounds import out_of_bounds
from results.audit.chance import chances, improbable
from results.audit.entries import Entry, grouped
from results.audit.findings import Finding, Grade
from results.audit.relations import relations


@dataclass(frozen=True)
class Audit:
    """What the checks say of some tables."""

    numbers: int
    counted: int  # of which the digits are fine enough to be tested by the number of test examples
    findings: tuple[Finding, ...]

    def of(self, grade: Grade) -> list[Finding]:
        """Return the findings of a grade."""
        return [finding for finding in self.findings if finding.grade == grade]


def audit(entries: Sequence[Entry]) -> Audit:
    """Check the numbers of one or several tables; improbable findings are corrected for all tests of a table."""
    found: list[Finding] = []
    for table in grouped(entries, lambda entry: entry.table).values():
        found += unattainable(table)
        found += unattainable_deviations(table)
        found += out_of_bounds(table)
        found += relations(table)
        found += improbable(list(chances(table)))
    order = list(Grade)
    found.sort(key=lambda finding: order.index(finding.grade))
    return Audit(len(entries), sum(map(is_tested, entries)), tuple(found))
