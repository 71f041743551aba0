"""Runs that seem to be copies: the same parameters, and the same value of every metric."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from results.groups.runs import Run, canonical

COSTS = re.compile(r"^system/|time|second|duration|memory|speed|throughput", re.IGNORECASE)


def copies(runs: Iterable[Run]) -> int:
    """Return how many runs have the parameters and the metrics, but for costs, of an earlier one."""
    return sum(count - 1 for count in Counter(map(_content, runs)).values())


def _content(run: Run) -> tuple[Any, ...]:
    params = sorted((name, canonical(text)) for name, text in run.params.items())
    metrics = sorted((name, value) for name, value in run.metrics.items() if not COSTS.search(name))
    return tuple(params), tuple(metrics)
