"""All verdicts, on records made by hand."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from scipy import stats

from results.metrics import ACCURACY, VALUE, Metric
from results.published import Cell
from results.records import JobKey, RunRecord
from results.verdicts import Answer, by_answer, judge, largest_gap, one_more_run, power_at, units

PERPLEXITY = Metric("perplexity", "", "lower")


def cell(value=90.0, margin=1.0, metric=ACCURACY) -> Cell:
    return Cell("paper", "1", "row", "column", metric, value, margin)


def record(value: float, seed: int, fold: int = 0, metric=ACCURACY) -> RunRecord:
    return RunRecord(JobKey("paper", "1", "row", "column", fold, seed, "tensorflow", "f", 1), {metric.name: value})


def verdict(values, metric=ACCURACY, runs=5, **settings):
    records = [record(value, seed, metric=metric) for seed, value in enumerate(values)]
    return judge(cell(metric=metric, **settings), records, folds=1, runs=runs)


SPREAD = (-0.5, 0.5, -0.5, 0.5, 0.0)  # the interval of the mean is 0.67, that of a published value 1.52
NARROW = (-0.1, 0.1, -0.1, 0.1, 0.0)


def around(mean: float, spread=SPREAD) -> list[float]:
    return [mean + difference for difference in spread]


@pytest.mark.parametrize(
    ("values", "settings", "answer"),
    [
        (around(90.3), {}, Answer.REPRODUCED),  # both
        (around(90.4), {}, Answer.COMPATIBLE),  # one of ours, and the interval crosses the edge
        (around(90.4), {"margin": 0.7}, Answer.INCONCLUSIVE),  # the same, wider than two margins
        (around(91.4), {"margin": 0.5}, Answer.COMPATIBLE),  # the interval is wholly beyond
        (around(90.5, NARROW), {}, Answer.NEAR),
        (around(91.6), {}, Answer.INCONCLUSIVE),  # not one of ours, and the interval crosses the edge
        (around(92.0), {}, Answer.INCONCLUSIVE),  # not one of ours at a single look, but at the third
        (around(92.5), {}, Answer.BETTER),
        (around(87.5), {}, Answer.WORSE),
        (around(92.5), {"metric": PERPLEXITY}, Answer.WORSE),
        (around(87.5), {"metric": PERPLEXITY}, Answer.BETTER),
        (around(87.5), {"metric": VALUE}, Answer.DIFFERS),
        (around(90.0)[:4], {}, Answer.INCOMPLETE),
        ([], {}, Answer.INCOMPLETE),
    ],
)
def test_answers(values, settings, answer):
    assert verdict(values, **settings).answer == answer


def test_without_a_published_value_it_is_measured():
    assert verdict([1.0] * 5, value=None, margin=None).answer == Answer.MEASURED


def test_intervals_are_those_of_students_t():
    values = [89.1, 90.4, 90.0, 91.2, 89.5]
    found = verdict(values)
    low, high = stats.t.interval(0.96, 4, fmean(values), stats.sem(values))
    assert found.interval == pytest.approx((low, high))
    spread = stats.t.ppf(0.975, 4) * stats.tstd(values) * (1 + 1 / 5) ** 0.5
    assert found.prediction == pytest.approx((fmean(values) - spread, fmean(values) + spread))
    assert found.published_is_predicted


def test_an_average_of_several_runs_and_a_coarse_print_change_what_could_be_ours():
    values = [89.1, 90.4, 90.0, 91.2, 89.5]
    records = [record(value, seed) for seed, value in enumerate(values)]
    found = judge(cell()._replace(runs=4, half_digit=0.05), records, folds=1, runs=5)
    reach = stats.t.ppf(0.975, 4) * stats.tstd(values) * (1 / 4 + 1 / 5) ** 0.5 + 0.05
    assert found.prediction == pytest.approx((fmean(values) - reach, fmean(values) + reach))


def test_one_more_run_falls_where_a_published_single_run_would():
    assert one_more_run(verdict(around(90.0))) == verdict(around(90.0)).prediction
    averaged = judge(cell()._replace(runs=4), [record(v, s) for s, v in enumerate(around(90.0))], folds=1, runs=5)
    assert one_more_run(averaged) == verdict(around(90.0)).prediction
    assert largest_gap(averaged) == pytest.approx(stats.t.ppf(0.975, 4) * stats.tstd(SPREAD) * (1 + 1 / 4) ** 0.5)
    assert one_more_run(verdict([90.0])) is None is largest_gap(verdict([90.0]))


def test_no_interval_leaves_the_range_of_the_metric():
    found = verdict([99.0, 100.0, 98.0, 100.0, 100.0])
    assert (found.interval[1], found.prediction[1]) == (100.0, 100.0)


def test_a_published_value_far_off_is_not_predicted():
    assert verdict([70.0, 70.1, 70.2, 69.9, 70.0]).published_is_predicted is False


def test_an_open_verdict_tells_the_next_look_and_its_power():
    found = verdict(around(90.4))
    assert found.reason == f"10 runs would recognise it with {100 * power_at(found, 10):.0f} %"
    again = verdict(around(90.4) * 4, margin=0.5)
    assert (again.answer, again.reason) == (Answer.COMPATIBLE, "no look is left after 20 runs")


def test_no_power_is_told_where_our_mean_is_beyond_the_margin():
    found = verdict(around(91.4), margin=0.5)
    assert power_at(found, 10) is None
    assert found.reason.endswith("our mean differs by more than the margin; the next look is at 10 runs")


def test_the_margin_at_which_the_verdict_turns():
    found = verdict(around(90.3))
    assert verdict(around(90.3), margin=found.turns_at).answer == Answer.REPRODUCED
    assert verdict(around(90.3), margin=found.turns_at - 0.001).answer == Answer.COMPATIBLE


def test_a_verdict_is_taken_at_the_largest_complete_look():
    found = verdict(around(90.0) + [90.0] * 4)
    assert (len(found.units), found.answer) == (5, Answer.REPRODUCED)
    assert found.reason == "4 more runs are waiting for the look at 10"
    assert len(verdict(around(90.0) * 2).units) == 10
    assert len(verdict(around(90.0) * 5).units) == 20


def test_a_missing_or_failed_seed_blocks_the_runs_after_it():
    failed = RunRecord(record(0, 3).key, {}, error="MemoryError: too much")
    records = [record(90.0, seed) for seed in (0, 1, 2, 4, 5)]
    found = judge(cell(), [*records, failed], folds=1, runs=5)
    assert (found.answer, found.units) == (Answer.INCOMPLETE, (90.0,) * 3)
    expected = "3 of 5 runs; 2 more runs are waiting for seed 3; the last failed: MemoryError: too much"
    assert found.reason == expected
    assert judge(cell(), records[1:], folds=1, runs=5).units == ()


def test_the_records_of_a_verdict_are_those_of_its_units():
    records = [record(90.0 + seed, seed) for seed in range(7)]
    assert judge(cell(), records, folds=1, runs=5).records == tuple(records[:5])


def test_a_value_that_is_not_finite_is_not_judged():
    assert units([record(float("nan"), 0), record(float("inf"), 1), record(1.0, 2)], ACCURACY.name, 1) == (1.0,)


def test_a_system_without_randomness_is_never_better():
    assert verdict([90.9], runs=1).answer == Answer.REPRODUCED
    assert verdict([91.1], runs=1).answer == Answer.DIFFERS
    assert verdict([88.9, 90.0], runs=1).answer == Answer.DIFFERS
    assert verdict([91.1], runs=1).turns_at == pytest.approx(1.1)


def test_a_measurement_counts_once():
    both = [verdict(around(90.0)), replace(verdict(around(90.0)), cell=cell()._replace(same_as="test error"))]
    assert by_answer(both) == {Answer.REPRODUCED: 1}


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


def test_a_failure_that_a_later_run_has_overcome_is_not_reported():
    failed = RunRecord(record(0, 0, 3).key, {}, error="MemoryError: too much")
    mended = [record(80.0, 0, fold) for fold in range(5)]
    assert judge(cell(), [failed, *mended], folds=10, runs=3).reason == "0 of 3 runs"
    again = [*mended, failed]
    assert judge(cell(), again, folds=10, runs=3).reason == "0 of 3 runs; the last failed: MemoryError: too much"


@pytest.mark.parametrize("margin", [0.7, 1.0, 3.0])
@pytest.mark.parametrize(("value", "count"), [(90.0, 5), (90.4, 10), (89.6, 20)])
def test_power_is_the_share_of_new_runs_that_reproduce(value, count, margin):
    found = verdict(around(value), margin=margin)
    drawn = np.random.default_rng(0).normal(found.mean, found.deviation, (1000, count))
    answers = [verdict(list(values), runs=count, margin=margin).answer for values in drawn]
    assert power_at(found, count) == pytest.approx(answers.count(Answer.REPRODUCED) / len(answers), abs=0.05)


def test_a_mean_within_the_margin_that_is_another_number_has_hardly_any_power():
    found = verdict([90.9 + 0.1 * value for value in SPREAD], margin=1.0)
    assert not found.published_is_predicted and power_at(found, 10) < 0.01


@pytest.mark.parametrize(("value", "power"), [(90.0, 1.0), (90.5, 0.0), (91.5, None)])
def test_power_without_spread(value, power):
    assert power_at(verdict([value] * 5, margin=1.0), 10) == power
