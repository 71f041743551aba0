"""What `retable certify` and `retable verify` print."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.certificates.checks import Check, Outcome
from results.tables import in_words, ours
from results.verdicts import Verdict

WORDS = {Outcome.OK: "as stated", Outcome.FAULT: "not as stated", Outcome.UNCHECKED: "not checked"}


def written(file: Path, size: int, verdicts: Sequence[Verdict], is_signed: bool) -> Iterator[str]:
    """Yield the lines about a certificate of so many bytes."""
    for verdict in verdicts:
        yield f"{verdict.cell.name}, {verdict.cell.metric.name}: {in_words(verdict)} ({ours(verdict)})"
    signed = "signed" if is_signed else "not signed"
    yield f"{file}: {len(verdicts)} cell(s), {size / 1e6:.1f} MB, {signed}."


def total(file: Path, checks: Sequence[Check]) -> str:
    """Return how many checks had which outcome."""
    counts = Counter(check.outcome for check in checks)
    return f"{file}: {', '.join(f'{counts[one]} {text}' for one, text in WORDS.items() if counts[one])}."


def in_a_line(check: Check) -> str:
    """Return a check in one line; a fault has its file. A text of the certificate cannot pass for another line."""
    place = f" [{check.file}]" if check.outcome == Outcome.FAULT and check.file else ""
    return " ".join(f"{check.outcome:<11} {check.point}: {check.text}{place}".splitlines())
