"""One explanation from beginning to end, as docs/case.md shows it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from results.explanations.explanation import Explanation
from results.explanations.store import kept
from results.explanations.wording import UNTESTED, difference, rows, sentences
from results.ledger import ResultsError
from results.tables import as_markdown

FACTS = ("device", "versions", "commit", "finished")


def case_parts(folder: Path, place: tuple[str, ...]) -> dict[str, str]:
    """Return the parts of the page by name. Raises ResultsError without the answer."""
    answer = next((one for one in kept(folder, place[0]) if one.place == place), None)
    if answer is None:
        raise ResultsError(f"{folder} has no explanation of {', '.join(place)}.")
    found = rows(answer)
    tested = [row for row in found if not row[UNTESTED]]
    return {
        "case difference": difference(answer),
        "case factors": _table(tested, ("factor", "change", "from")),
        "case untested": _table([row for row in found if row[UNTESTED]], ("factor", UNTESTED)),
        "case screening": _table(_by_share(answer, tested), ("factor", "once", "screening", "share")),
        "case alone": _table(tested, ("factor", "alone, validation", "alone, printed number", "p by Holm")),
        "case answer": " ".join(sentences(answer)),
        "case facts": "; ".join(f"{name} {text}" for name, text in (answer.facts or {}).items() if name in FACTS)
        + ".",
    }


def _by_share(answer: Explanation, tested: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    shares = {one.name: one.share or 0.0 for one in answer.factors}
    return sorted(tested, key=lambda row: -shares[row["factor"]])


def _table(found: Sequence[Mapping[str, str]], headings: Sequence[str]) -> str:
    """Return rows with something beside the first heading as a Markdown table of these headings."""
    chosen = [{name: row[name] for name in headings if name in row} for row in found]
    filled = [row for row in chosen if any(list(row.values())[1:])]
    return as_markdown(filled) if filled else "None."
