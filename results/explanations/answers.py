"""All answers that a folder keeps, as docs/explain.md shows them."""

from pathlib import Path

from results.explanations.explanation import Explanation
from results.explanations.store import FOLDER, kept
from results.explanations.wording import UNTESTED, rows, sentences
from results.tables import as_markdown

NONE_YET = "None is kept yet."


def answers_section(folder: Path) -> str:
    """Return the answer and the table of each explained cell. Raises ResultsError for a damaged file."""
    papers = sorted(path.name for path in (folder / FOLDER).glob("*/"))
    return "\n\n".join(_of_cell(answer) for paper in papers for answer in kept(folder, paper)) or NONE_YET


def _of_cell(answer: Explanation) -> str:
    """Return a heading, the sentences, the tested factors as a table, and the others with their reasons."""
    found = rows(answer)
    tested = [{name: text for name, text in row.items() if name != UNTESTED} for row in found if not row[UNTESTED]]
    others = [f"{row['factor']} ({row[UNTESTED]})" for row in found if row[UNTESTED]]
    parts = [
        f"### {answer.paper}, table {answer.table}: {answer.row}, {answer.column}, {answer.metric}",
        " ".join(sentences(answer)),
        as_markdown(tested) if tested else "",
        f"Not tested: {'; '.join(others)}." if others else "",
    ]
    return "\n\n".join(filter(None, parts))
