"""Runs for tests: as a store would return them."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from results.groups.runs import Run

NUMBERS = count()
ADAM, SGD = (0.91, 0.92, 0.90, 0.93, 0.91), (0.88, 0.90, 0.87, 0.89, 0.90)


def run(value: float | None, params: dict[str, Any], **others: Any) -> Run:
    """Return a finished run with the metric `acc`, unless the value is None."""
    number = next(NUMBERS)
    metrics = {} if value is None else {"acc": value}
    texts = {name: str(text) for name, text in params.items()}
    return Run(
        **{"id": f"r{number}", "experiment": "e", "started": number, "metrics": metrics, "params": texts, **others}
    )


def seeded(group: str, values: Sequence[float], **params: Any) -> list[Run]:
    """Return a run for each value, by an optimizer, with seeds from 0 on."""
    return [run(value, {"optimizer": group, "seed": seed, **params}) for seed, value in enumerate(values)]


def folded(group: str, values: Sequence[Sequence[float]], **others: Any) -> list[Run]:
    """Return a run for each seed and fold."""
    return [
        run(value, {"optimizer": group, "seed": seed, "fold": fold}, **others)
        for seed, line in enumerate(values)
        for fold, value in enumerate(line)
    ]
