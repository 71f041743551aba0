"""All answers that a folder keeps, as docs/explain.md shows them."""

from pathlib import Path

from results.explanations.explanation import Explanation
from results.explanations.store import FOLDER, kept
from results.explanations.wording import decimals, sentences
from results.tables import as_markdown

NONE_YET = "None is kept yet."


def answers_section(folder: Path) -> str:
    """Return a table with each explained cell and its answer. Raises ResultsError for a damaged file."""
    papers = sorted(path.name for path in (folder / FOLDER).glob("*/"))
    return as_markdown([_row(answer) for paper in papers for answer in kept(folder, paper)]) or NONE_YET


def _row(answer: Explanation) -> dict[str, str]:
    places = decimals(answer)
    return {
        "cell": f"{answer.paper}, table {answer.table}: {answer.row}, {answer.column}, {answer.metric}",
        "theirs": f"{answer.theirs:g}",
        "ours": f"{answer.ours:.{places}f} ({answer.low:.{places}f} to {answer.high:.{places}f})",
        "answer": sentences(answer)[0],
        "runs": str(answer.trained),
        "hours": f"{answer.hours:.2g}",
    }
