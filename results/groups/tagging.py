"""The answer of a comparison, written back as a tag of each run that counted."""

from collections.abc import Mapping
from typing import Any

from results.groups.compared import Compared, Pair, by_label, direction
from results.groups.wording import Numbers, names, p_text
from results.ledger import ResultsError
from results.tracking.contents import plain
from results.tracking.failures import in_one_line

TAG = "retable.compare."
LONGEST = 1000  # characters of a tag
MOST_PAIRS = 10


def tag_name(found: Compared) -> str:
    """Return the name of the tag: another metric or grouping has another one."""
    question = found.question
    return TAG + ".".join(plain(text) for text in (question.metric, *map(str, question.group_by)))


def write_tags(client: Any, found: Compared) -> tuple[int, int]:
    """Tag the runs of each group with its answer; return how many were changed, and how many have it now.

    Raises ResultsError where the store fails.
    """
    name, texts = tag_name(found), answers(found)
    wanted = [(run, texts[one.group.label]) for one in found.summaries for run in one.group.runs]
    changed = [(run, text) for run, text in wanted if run.tags.get(name) != text]
    try:
        for run, text in changed:
            client.set_tag(run.id, name, text)
    except Exception as error:
        raise ResultsError(f"Cannot write tags to MLflow: {in_one_line(error, client.tracking_uri)}.") from error
    return len(changed), len(wanted)


def answers(found: Compared) -> dict[str, str]:
    """Return for each group its numbers, and what it is beside the others."""
    numbers, short, pairs = Numbers(found), names(found), by_label(found.pairs)
    texts = {}
    for one in found.summaries:
        label = one.group.label
        text = f"{short[label]}: n {len(one.values)}, mean {numbers.text(one.mean)}"
        if one.interval:
            text += f", 95 % interval {numbers.interval(one.interval)}"
        mine = [_beside(pair, label, short, found.question.better) for pair in pairs[label][:MOST_PAIRS]]
        more = len(pairs[label]) - MOST_PAIRS
        parts = [text, *mine, *([f"and {more} more groups"] if more > 0 else [])]
        texts[label] = "; ".join(parts)[:LONGEST]
    return texts


def _beside(pair: Pair, label: str, short: Mapping[str, str], better: str) -> str:
    """Return what a group is beside the other one of a pair."""
    other = short[pair.first if label == pair.second else pair.second]
    p_value = f" (p {p_text(pair.p_holm)})" if pair.p_holm is not None else ""
    answer = pair.answer
    if pair.estimate and answer in ("better", "worse", "higher", "lower"):
        is_higher = (pair.estimate.value > 0) == (label == pair.second)
        return f"{direction(is_higher, better)} than {other}{p_value}"
    return f"{answer} beside {other}{p_value}"
