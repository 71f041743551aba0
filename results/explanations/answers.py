"""All answers that a folder keeps, as docs/explain.md shows them."""

from collections.abc import Iterable

from results.explanations.explanation import Explanation
from results.explanations.wording import decimals, sentences
from results.tables import as_markdown

NONE_YET = "None is kept yet."


def answers_section(answers: Iterable[tuple[Explanation, bool]]) -> str:
    """Return a table with each answer, and a mark at those that are stale, as the pairs say."""
    return as_markdown([_row(answer, is_stale) for answer, is_stale in answers]) or NONE_YET


def _row(answer: Explanation, is_stale: bool) -> dict[str, str]:
    places = decimals(answer)
    return {
        "cell": f"{answer.paper}, table {answer.table}: {answer.row}, {answer.column}, {answer.metric}",
        "theirs": f"{answer.theirs:g}",
        "ours": f"{answer.ours:.{places}f} ({answer.low:.{places}f} to {answer.high:.{places}f})",
        "answer": ("Stale. " if is_stale else "") + sentences(answer)[0],
        "runs": str(answer.trained),
        "hours": f"{answer.hours:.2g}",
    }
