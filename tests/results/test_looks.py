"""Simulated cells: over all looks, false verdicts stay at 5 %. The vectorised form answers as `judge` does."""

import numpy as np
import pytest
from scipy import stats

from results.metrics import EPOCH_SECONDS
from results.published import Cell
from results.records import JobKey, RunRecord
from results.verdicts import Answer, judge, looks

CELLS = 10_000
VALUE, MARGIN = 50.0, 1.0
TOO_MANY = 0.05 + 3 * (0.05 * 0.95 / CELLS) ** 0.5


def settled(values, printed, runs: int):
    """Return, for (cells, runs), where the verdict is that both questions have a yes, and where it is beyond."""
    count = values.shape[1]
    mean, spread = values.mean(axis=1), values.std(axis=1, ddof=1)
    half = stats.t.ppf(0.98, count - 1) * spread / count**0.5
    reach = stats.t.ppf(0.975, count - 1) * spread * (1 + 1 / count) ** 0.5
    is_ours, difference = abs(mean - printed) <= reach, abs(mean - printed)
    return is_ours & (difference + half <= MARGIN), ~is_ours & (difference - half > MARGIN)


def rates(shift: float, deviation: float, runs: int) -> tuple[float, float]:
    """Return how often cells are ever called reproduced, and beyond the margin, with looks until either."""
    rng = np.random.default_rng(1)
    values = rng.normal(VALUE + shift, deviation, (CELLS, 4 * runs))
    is_open, found = np.ones(CELLS, bool), np.zeros(2)
    for look in looks(runs):
        answers = settled(values[:, :look], VALUE, runs)
        found += [np.sum(answer & is_open) for answer in answers]
        is_open &= ~(answers[0] | answers[1])
    return tuple(found / CELLS)


@pytest.mark.parametrize("runs", [3, 5])
@pytest.mark.parametrize("deviation", [0.2, 0.5, 1.0, 2.0])
def test_false_verdicts_are_at_most_five_in_a_hundred(runs, deviation):
    for shift in (MARGIN, -MARGIN, 1.5 * MARGIN):
        assert rates(shift, deviation, runs)[0] <= TOO_MANY
    for shift in (0.0, 0.5 * MARGIN, MARGIN):
        assert rates(shift, deviation, runs)[1] <= TOO_MANY


def test_many_runs_with_little_spread_are_recognised():
    assert rates(0.0, 0.2, 5)[0] > 0.9


def test_the_vectorised_form_answers_as_judge_does():
    rng = np.random.default_rng(2)
    values = rng.normal(VALUE, 1.0, (300, 1)) + rng.normal(0, rng.uniform(0.1, 1.0, (300, 1)), (300, 5))
    reproduced, beyond = settled(values, VALUE, 5)
    cell = Cell("p", "1", "r", "c", EPOCH_SECONDS, VALUE, MARGIN)
    answers = [judge(cell, [_record(v, s) for s, v in enumerate(row)], folds=1, runs=5).answer for row in values]
    assert [a == Answer.REPRODUCED for a in answers] == reproduced.tolist()
    assert [a in (Answer.BETTER, Answer.WORSE) for a in answers] == beyond.tolist()
    assert reproduced.any() and beyond.any()


def _record(value: float, seed: int) -> RunRecord:
    key = JobKey("p", "1", "r", "c", 0, seed, "tensorflow", "f", 1)
    return RunRecord(key, {EPOCH_SECONDS.name: float(value)})
