"""Simulated cells: over all looks, false verdicts stay at 5 %. The vectorised form answers as `judge` does."""

import numpy as np
import pytest

from results.metrics import EPOCH_SECONDS
from results.published import Cell
from results.records import JobKey, RunRecord
from results.report.measured.simulation import CELLS, rates, recognition, settled
from results.verdicts import Answer, judge, looks

VALUE, MARGIN = 50.0, 1.0
TOO_MANY = 0.05 + 3 * (0.05 * 0.95 / CELLS) ** 0.5


@pytest.mark.parametrize("runs", [3, 5])
@pytest.mark.parametrize("deviation", [0.2, 0.5, 1.0, 2.0])
def test_false_verdicts_are_at_most_five_in_a_hundred(runs, deviation):
    for shift in (MARGIN, -MARGIN, 1.5 * MARGIN):
        assert rates(shift, deviation, looks(runs)).reproduced <= TOO_MANY
    for shift in (0.0, 0.5 * MARGIN, MARGIN):
        assert rates(shift, deviation, looks(runs)).beyond <= TOO_MANY


@pytest.mark.parametrize("runs", [3, 5])
@pytest.mark.parametrize("deviation", [0.5, 1.0, 2.0, 10.0])
def test_a_printed_run_of_ours_is_ruled_out_in_at_most_five_in_a_hundred_cells(runs, deviation):
    assert rates(0.0, deviation, looks(runs), is_run=True).beyond <= TOO_MANY


def test_many_runs_with_little_spread_are_recognised():
    assert rates(0.0, 0.2, looks(5)).reproduced > 0.9


def test_the_vectorised_form_answers_as_judge_does():
    rng = np.random.default_rng(2)
    values = rng.normal(VALUE, 1.0, (300, 1)) + rng.normal(0, rng.uniform(0.1, 1.0, (300, 1)), (300, 5))
    reproduced, beyond = settled(values, VALUE, MARGIN)
    cell = Cell("p", "1", "r", "c", EPOCH_SECONDS, VALUE, MARGIN)
    answers = [judge(cell, [_record(v, s) for s, v in enumerate(row)], folds=1, runs=5).answer for row in values]
    assert [a == Answer.REPRODUCED for a in answers] == reproduced.tolist()
    assert [a in (Answer.BETTER, Answer.WORSE) for a in answers] == beyond.tolist()
    assert reproduced.any() and beyond.any()


def _record(value: float, seed: int) -> RunRecord:
    key = JobKey("p", "1", "r", "c", 0, seed, "tensorflow", "f", 1)
    return RunRecord(key, {EPOCH_SECONDS.name: float(value)})


def test_recognition_grows_with_runs_and_with_the_margin():
    table = recognition()
    exact = [[int(text.split(" / ")[0]) for name, text in row.items() if name != "margin / sd"] for row in table]
    assert all(row[0] <= row[1] <= row[2] and row[3] <= row[4] <= row[5] for row in exact)
    assert all(
        one <= two for low, high in zip(exact, exact[1:], strict=False) for one, two in zip(low, high, strict=True)
    )
    assert exact[0][0] < 25 and exact[-1][2] > 90
