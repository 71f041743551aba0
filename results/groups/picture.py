"""The intervals of groups as a picture."""

from pathlib import Path

from results.groups.compared import Compared
from results.groups.wording import names
from results.report.pictures import IntervalRow, draw_intervals

MOST_GROUPS = 60
MOST_LABEL = 28
MOST_FACTORS = 3


def draw(found: Compared, path: Path) -> None:
    """Draw each group with its values, mean and 95 % interval as SVG, PNG or PDF, by the suffix."""
    short, question = names(found, MOST_LABEL), found.question
    shown = found.summaries[:MOST_GROUPS]
    rows = [IntervalRow(short[one.group.label], one.values, one.mean, one.interval) for one in shown]
    draw_intervals(
        rows, path, x=question.metric, title=f"{question.metric} by {question.by}", legend=_legend(found)
    )


def _legend(found: Compared) -> str:
    """Return what a point is, and what else differs: the picture may travel alone."""
    point = "a fold" if found.are_folds else "a cross-validation" if found.groups.units > 1 else "a run"
    lines = [f"Point: {point}. Bar: 95 % interval of the mean."]
    if more := max(len(found.summaries) - MOST_GROUPS, 0):
        lines.append(f"{more} more groups are left out.")
    if full := [factor.name for factor in found.factors if not factor.is_partly_lacking]:
        rest = len(full) - MOST_FACTORS
        lines.append(
            f"Also different: {', '.join(full[:MOST_FACTORS])}" + (f" and {rest} more." if rest > 0 else ".")
        )
    return "\n".join(lines)
