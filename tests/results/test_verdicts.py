"""All verdicts, on records made by hand."""

from statistics import fmean

import pytest
from scipy import stats

from results.metrics import ACCURACY, VALUE, Metric
from results.published import Cell
from results.records import JobKey, RunRecord
from results.verdicts import Answer, judge, units

PERPLEXITY = Metric("perplexity", "", "lower")


def cell(value=90.0, margin=1.0, metric=ACCURACY) -> Cell:
    return Cell("paper", "1", "row", "column", metric, value, margin)


def record(value: float, seed: int, fold: int = 0, metric=ACCURACY) -> RunRecord:
    return RunRecord(JobKey("paper", "1", "row", "column", fold, seed, "tensorflow", "f", 1), {metric.name: value})


def verdict(values, metric=ACCURACY, runs=5, **settings):
    records = [record(value, seed, metric=metric) for seed, value in enumerate(values)]
    return judge(cell(metric=metric, **settings), records, folds=1, runs=runs)


@pytest.mark.parametrize(
    ("values", "metric", "answer"),
    [
        ([90.1, 89.9, 90.0, 90.2, 89.8], ACCURACY, Answer.REPRODUCED),
        ([92.1, 91.9, 92.0, 92.2, 91.8], ACCURACY, Answer.BETTER),
        ([88.1, 87.9, 88.0, 88.2, 87.8], ACCURACY, Answer.WORSE),
        ([92.1, 91.9, 92.0, 92.2, 91.8], PERPLEXITY, Answer.WORSE),
        ([88.1, 87.9, 88.0, 88.2, 87.8], PERPLEXITY, Answer.BETTER),
        ([88.1, 87.9, 88.0, 88.2, 87.8], VALUE, Answer.DIFFERS),
        ([87.0, 93.0, 90.0, 85.0, 95.0], ACCURACY, Answer.INCONCLUSIVE),
        ([90.1, 89.9, 90.0, 90.2], ACCURACY, Answer.INCOMPLETE),
        ([], ACCURACY, Answer.INCOMPLETE),
    ],
)
def test_answers(values, metric, answer):
    assert verdict(values, metric).answer == answer


def test_without_a_published_value_it_is_measured():
    assert verdict([1.0] * 5, value=None, margin=None).answer == Answer.MEASURED


def test_intervals_are_those_of_students_t():
    values = [89.1, 90.4, 90.0, 91.2, 89.5]
    found = verdict(values)
    low, high = stats.t.interval(0.90, 4, fmean(values), stats.sem(values))
    assert found.interval == pytest.approx((low, high))
    spread = stats.t.ppf(0.975, 4) * stats.tstd(values) * (1 + 1 / 5) ** 0.5
    assert found.prediction == pytest.approx((fmean(values) - spread, fmean(values) + spread))
    assert found.published_is_predicted


def test_a_published_value_far_off_is_not_predicted():
    assert verdict([70.0, 70.1, 70.2, 69.9, 70.0]).published_is_predicted is False


def test_equivalence_needs_the_whole_interval_within_the_margin():
    spread = [-0.5, 0.5, -0.5, 0.5, 0.0]  # the 90 % interval extends 0.48 to both sides
    assert verdict([90.5 + d for d in spread]).answer == Answer.REPRODUCED
    assert verdict([90.6 + d for d in spread]).answer == Answer.INCONCLUSIVE
    assert verdict([91.4 + d for d in spread]).answer == Answer.INCONCLUSIVE
    assert verdict([91.5 + d for d in spread]).answer == Answer.BETTER


def test_inconclusive_says_how_many_runs_would_settle_it():
    found = verdict([90.6 + d for d in (-0.5, 0.5, -0.5, 0.5, 0.0)])
    needed = int("".join(c for c in found.reason if c.isdigit()))
    half = {n: stats.t.ppf(0.95, n - 1) * found.deviation / n**0.5 for n in (needed - 1, needed)}
    assert half[needed] < 0.4 <= half[needed - 1]


def test_no_number_of_runs_settles_a_mean_at_the_edge():
    found = verdict([91.0 + d for d in (-0.5, 0.5, -0.5, 0.5, 0.0)])
    assert (found.answer, "no number of runs" in found.reason) == (Answer.INCONCLUSIVE, True)


def test_more_than_a_thousand_runs_are_not_counted():
    reason = verdict([90.97 + d for d in (-2.5, 2.5, -2.5, 2.5, 0.0)]).reason
    assert reason == "more than 1000 runs would be needed to settle it"


def test_one_run_of_a_deterministic_system_is_enough():
    assert verdict([90.9], runs=1).answer == Answer.REPRODUCED
    assert verdict([91.1], runs=1).answer == Answer.BETTER


def test_the_edge_of_the_margin_is_within_it_despite_binary_fractions():
    assert verdict([2.9], metric=VALUE, runs=1, value=2.85, margin=0.05).answer == Answer.REPRODUCED


def test_a_unit_is_a_complete_cross_validation():
    records = [record(80 + fold + seed, seed, fold) for seed in (0, 1) for fold in range(10)]
    assert units(records, ACCURACY.name, 10) == (84.5, 85.5)
    assert units(records[:-1], ACCURACY.name, 10) == (84.5,)
    found = judge(cell(), records[:-1], folds=10, runs=3)
    assert (found.answer, found.reason) == (Answer.INCOMPLETE, "1 of 3 runs")


def test_failures_do_not_count_but_are_reported():
    failed = RunRecord(record(0, 0).key, {}, error="MemoryError: too much")
    found = judge(cell(), [failed], folds=1, runs=5)
    assert (found.answer, found.reason) == (
        Answer.INCOMPLETE,
        "0 of 5 runs; the last failed: MemoryError: too much",
    )
