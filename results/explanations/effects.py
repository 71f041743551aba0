"""Effects of factors: by least squares over a screening, or by pairs of runs of equal seed."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np

from results.comparison import holm
from results.groups.estimate import Estimate, is_rounding, sign_test

LEVEL = 0.05


class Effect(NamedTuple):
    """What a change adds to a number, in its unit, with the 95 % interval."""

    mean: float
    low: float
    high: float
    p_value: float  # two-sided
    runs: int

    @property
    def half(self) -> float:
        return (self.high - self.low) / 2


def screened(changed: np.ndarray, seeds: Sequence[int], values: Sequence[float]) -> list[Effect | None]:
    """Return the effect of each factor, averaged over what the others are: None where the runs can't say.

    `changed`, bool (runs, factors), says which factors a run had changed. Runs of one seed share a mean.
    """
    blocks = np.equal.outer(np.asarray(seeds), np.unique(seeds)).astype(float)
    table, y = np.hstack([blocks, changed.astype(float)]), np.asarray(values, float)
    rank = int(np.linalg.matrix_rank(table))
    free = len(y) - rank
    if free < 1 or rank < table.shape[1]:
        return [None] * changed.shape[1]
    found = np.linalg.lstsq(table, y, rcond=None)[0]
    variance = float(((y - table @ found) ** 2).sum()) / free
    errors = np.sqrt(variance * np.diag(np.linalg.inv(table.T @ table)))
    first = blocks.shape[1]
    return [_effect(found[i], errors[i], free, y) for i in range(first, table.shape[1])]


def shares(changed: np.ndarray, seeds: Sequence[int], values: Sequence[float]) -> list[float]:
    """Return the share of each factor in the variance of the runs, from 0 to 1; the rest is seeds and chance."""
    y = np.asarray(values, float)
    total = float(((y - y.mean()) ** 2).sum())
    effects = screened(changed, seeds, values)
    spreads = (changed - changed.mean(axis=0)) ** 2
    return [
        0.0 if effect is None or not total else float(effect.mean**2 * spreads[:, i].sum() / total)
        for i, effect in enumerate(effects)
    ]


def paired(base: Sequence[float], other: Sequence[float]) -> Effect | None:
    """Return the mean difference of runs of equal seed, other less base; None for fewer than two pairs."""
    differences = [two - one for one, two in zip(base, other, strict=True)]
    if len(differences) < 2:
        return None
    error = stdev(differences) / sqrt(len(differences))
    found = _effect(fmean(differences), error, len(differences) - 1, [*base, *other])
    return found._replace(runs=len(differences))


def _effect(mean: float, error: float, free: int, values: Sequence[float] | np.ndarray) -> Effect:
    """Return an effect on some values; of one that is the same everywhere, the p-value is that of a sign test."""
    if is_rounding(error, values):
        same = 0.0 if is_rounding(mean, values) else float(mean)
        return Effect(same, same, same, sign_test(free + 1, same), len(values))
    found = Estimate(float(mean), float(error), free)
    return Effect(found.value, *found.interval(1 - LEVEL), found.p_value(), len(values))


def corrected(effects: Sequence[Effect]) -> list[float]:
    """Return the p-values of effects, corrected by Holm for so many tests, in the given order."""
    return holm([effect.p_value for effect in effects])
