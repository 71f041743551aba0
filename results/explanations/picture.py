"""The effects of factors as a forest plot."""

from pathlib import Path

from results.explanations.explanation import Explanation
from results.explanations.wording import ordered
from results.report.pictures import IntervalRow, draw_intervals


def draw(answer: Explanation, path: Path) -> None:
    """Draw the effect of each tested factor with its interval, and theirs less ours, by the suffix of the path."""
    gap = (answer.theirs - answer.high, answer.theirs - answer.low)
    lines = [IntervalRow("theirs less ours", (), answer.gap, gap)]
    for one in ordered(answer):
        if one.best and not one.reason:
            lines.append(IntervalRow(one.name, (), one.best.mean, (one.best.low, one.best.high)))
    legend = (
        f"In the unit of {answer.metric}, of the printed number. Bars: 95 % intervals; that of theirs less ours "
        "is for one printed number. A factor was changed alone if it was promising, else in the screening."
    )
    title = f"{answer.paper}: {answer.row}, {answer.column}"
    draw_intervals(lines, path, x=f"effect on {answer.metric}", title=title, legend=legend)
