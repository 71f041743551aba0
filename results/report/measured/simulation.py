"""Simulated cells: how often the rule of verdicts errs, and how often it recognises a true reproduction."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from results.verdicts import OF_A_RUN, OF_ANY_RUN, OF_MEAN, looks

CELLS = 10_000
PROTOCOLS = (5, 3)  # seeds, cross-validations
RATIOS = (0.9, 1.3, 1.75, 2.0, 3.0)  # of the margin to the standard deviation of a run


class Rates(NamedTuple):
    """Shares of simulated cells with an answer at some look."""

    reproduced: float
    beyond: float  # better or worse


def settled(values: np.ndarray, printed: np.ndarray | float, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return, for values of runs, (cells, runs), which cells are reproduced, and which are better or worse.

    This is `judge` without its texts, for printed values with any number of digits.
    """
    from scipy.special import stdtrit

    count = values.shape[1]
    mean, spread = values.mean(axis=1), values.std(axis=1, ddof=1)
    half = stdtrit(count - 1, OF_MEAN) * spread / count**0.5
    reach, ruled_out = (stdtrit(count - 1, q) * spread * (1 + 1 / count) ** 0.5 for q in (OF_A_RUN, OF_ANY_RUN))
    difference = abs(mean - printed)
    reproduced = (difference <= reach) & (difference + half <= margin)
    return reproduced, (difference > ruled_out) & (difference - half > margin)


def rates(
    shift: float, deviation: float, planned: Sequence[int], *, margin: float = 1.0, is_run: bool = False
) -> Rates:
    """Simulate cells whose runs have a mean that lies `shift` from the printed value; look until an answer comes.

    With `is_run` the printed value is itself one run of theirs.
    """
    rng = np.random.default_rng(1)
    values = rng.normal(shift, deviation, (CELLS, max(planned)))
    printed = rng.normal(0.0, deviation, CELLS) if is_run else 0.0
    is_open, found = np.ones(CELLS, bool), np.zeros(2)
    for look in planned:
        answers = settled(values[:, :look], printed, margin)
        found += [np.sum(answer & is_open) for answer in answers]
        is_open &= ~(answers[0] | answers[1])
    return Rates(*map(float, found / CELLS))


def recognition() -> list[dict[str, str]]:
    """Return, as texts by heading, how often an exact reproduction is recognised by each look."""
    rows = []
    for ratio in RATIOS:
        row = {"margin / sd": f"{ratio:g}"}
        for runs in PROTOCOLS:
            for number, look in enumerate(planned := looks(runs), start=1):
                found = [
                    rates(0.0, 1 / ratio, planned[:number], is_run=is_run).reproduced for is_run in (False, True)
                ]
                row[f"n = {look}"] = " / ".join(f"{100 * share:.0f}" for share in found)
        rows.append(row)
    return rows
