"""How many planted errors the checks find in generated tables, and how often they find one in true tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from results.audit.findings import Grade
from results.audit.planted import Planted
from results.audit.reading import read_lines
from results.audit.tables import audit


@dataclass
class Measure:
    """Counts over generated tables."""

    planted: Counter[str] = field(default_factory=Counter)  # errors by kind
    found: Counter[str] = field(default_factory=Counter)
    true_tables: int = 0
    true_numbers: int = 0
    alarms: int = 0  # numbers of true tables in a finding

    @property
    def recall(self) -> float:
        """Return the share of planted errors that are found."""
        return self.found.total() / self.planted.total()

    @property
    def false_alarms(self) -> float:
        """Return the share of numbers in true tables that are found."""
        return self.alarms / self.true_numbers


def measured(tables: Iterable[Planted]) -> Measure:
    """Check tables. An error is found if a number of it is impossible or improbable; a note does not count."""
    result = Measure()
    for table in tables:
        entries = read_lines(enumerate(table.lines)).entries
        place = {entry.place: number for number, entry in enumerate(entries)}
        findings = [one for one in audit(entries).findings if one.grade != Grade.NOTE]
        hit = {place[entry.place] for one in findings for entry in one.entries}
        if table.kind:
            result.planted[table.kind] += 1
            result.found[table.kind] += bool(hit & set(table.wrong))
        else:
            result.true_tables += 1
            result.true_numbers += len(entries)
            result.alarms += len(hit)
    return result
