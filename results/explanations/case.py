"""One explanation from beginning to end, as docs/case.md shows it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from results.explanations.explanation import Explanation
from results.explanations.store import kept
from results.explanations.wording import UNTESTED, difference, rows, sentences
from results.ledger import ResultsError
from results.tables import as_markdown

FACTS = ("device", "versions", "commit", "finished")
ALONE = ("factor", "once", "alone, printed number", "p by Holm")
Place = tuple[str, ...]  # paper, table, row, column, metric


def case_parts(folder: Path, place: Place, beside: Place) -> dict[str, str]:
    """Return the parts of the page by name: one answer, and what another one says of the same change.

    Raises ResultsError where one is not kept.
    """
    answer, other = (_kept(folder, one) for one in (place, beside))
    found = rows(answer)
    tested = [row for row in found if not row[UNTESTED]]
    facts = [f"{name} {text}" for name, text in (answer.facts or {}).items() if name in FACTS]
    return {
        "case difference": difference(answer),
        "case factors": _table(tested, ("factor", "change", "from")),
        "case untested": _table([row for row in found if row[UNTESTED]], ("factor", UNTESTED)),
        "case alone": _table(tested, ALONE),
        "case answer": " ".join(sentences(answer)),
        "case beside": f"{_table(rows(other), ALONE)}\n\n{' '.join(sentences(other))}",
        "case facts": f"{'; '.join(facts)}.",
    }


def _kept(folder: Path, place: Place) -> Explanation:
    answer = next((one for one in kept(folder, place[0]) if one.place == place), None)
    if answer is None:
        raise ResultsError(f"{folder} has no explanation of {', '.join(place)}.")
    return answer


def _table(found: Sequence[Mapping[str, str]], headings: Sequence[str]) -> str:
    """Return rows with something beside the first heading as a Markdown table of these headings."""
    chosen = [{name: row[name] for name in headings if name in row} for row in found]
    filled = [row for row in chosen if any(list(row.values())[1:])]
    return as_markdown(filled) if filled else "None."
