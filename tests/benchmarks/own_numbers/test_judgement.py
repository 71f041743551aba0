"""Somebody's numbers beside what is published and what our runs give; facts that hold whatever our runs are."""

from dataclasses import replace
from statistics import fmean, stdev

import numpy as np
import pytest
from scipy import stats

from benchmarks.own_numbers.judgement import compared, judge
from benchmarks.own_numbers.reference import Protocol, Reference, reference
from benchmarks.own_numbers.wording import as_json, as_row, lines, sentence
from benchmarks.table import Miss, UnknownName, load_table
from results.ledger import ResultsError
from results.metrics import ACCURACY, CORRELATION, TEST_ERROR, VALUE
from results.published import Cell
from results.records import JobKey, RunRecord
from results.verdicts import Answer, Verdict
from results.verdicts import judge as judge_records

OURS = [89.1, 90.4, 90.0, 91.2, 89.5]


def known(values=OURS, *, published=91.2, margin=1.5, metric=ACCURACY, runs=5, folds=1, **parts) -> Reference:
    """Return a reference of made-up runs."""
    cell = Cell("paper", "1", "row", "column", metric, published, margin, half_digit=0.05)
    keys = [JobKey(*cell[:4], 0, seed, "tensorflow", "f", 1) for seed in range(len(values))]
    records = [RunRecord(key, {metric.name: value}) for key, value in zip(keys, values, strict=True)]
    ours = judge_records(cell, records, folds=1, runs=runs)
    return Reference(cell, ours, Protocol(folds, runs), **parts)


def said(found) -> str:
    return " ".join(lines(found))


def test_one_value_is_compared_with_one_more_run():
    reach = stats.t.ppf(0.975, 4) * stdev(OURS) * (1 + 1 / 5) ** 0.5 + 0.05
    found = compared(known(), [fmean(OURS) - reach + 0.01])
    assert found.prediction == pytest.approx((fmean(OURS) - reach, fmean(OURS) + reach))
    assert (found.sides, found.rule.answer) == ((0,), Answer.INCOMPLETE)
    assert "No verdict by the project's rule yet: 1 of 5 runs." in lines(found)
    below = compared(known(), [fmean(OURS) - reach - 0.01])
    assert below.sides == (-1,)
    assert "Yours is below that range, on the worse side." in said(below)


def test_the_side_of_an_error_is_the_other_one():
    found = compared(known([5.0, 5.1, 4.9, 5.0, 5.05], published=5.0, metric=TEST_ERROR), [9.0])
    assert "above that range, on the worse side" in said(found)


def test_two_runs_of_one_system_differ_by_less_than_a_gap():
    gap = stats.t.ppf(0.975, 4) * stdev(OURS) * 2**0.5 + 0.1
    near, far = (compared(known(), [91.2 - gap + shift]) for shift in (0.01, -0.01))
    assert "could be two runs of one system" in said(near)
    assert "could not be two runs of one system" in said(far)


def test_several_values_get_the_verdict_of_the_projects_rule_and_a_test_against_ours():
    values = [91.0, 91.2, 91.4, 91.1, 91.3]
    found = compared(known(), values)
    assert (found.rule.answer, found.rule.units) == (Answer.REPRODUCED, tuple(values))
    assert found.p_value == pytest.approx(stats.ttest_ind(values, OURS, equal_var=False).pvalue)
    assert "could be one of your runs, and your mean is within the margin" in said(found)
    more = compared(known(), [*values, 91.0])
    assert (len(more.rule.units), more.rule.reason) == (5, "1 more run is waiting for the look at 10")
    assert "by your first 5 values" in said(more)


def test_few_runs_of_ours_leave_the_published_value_alone():
    for count in (0, 1):
        found = compared(known(OURS[:count]), [90.0])
        assert (found.prediction, found.sides, found.p_value) == (None, (), None)
        assert found.is_within_margin
        assert "only the published value and its margin can be compared" in said(found)
        assert (as_row(found)["among our runs"], as_json(found)["our_prediction_interval"]) == ("", None)


def test_a_system_without_randomness_has_no_interval():
    fixed = known([5.0], published=5.1, margin=0.2, metric=TEST_ERROR, runs=1)
    found = compared(fixed, [5.2, 5.2])
    assert "Ours has no randomness and gives 5. Your mean is 0.2 higher than that." in lines(found)
    assert (found.prediction, found.rule.answer, found.rule.units) == (None, Answer.REPRODUCED, (5.2,))
    random = compared(fixed, [3.0, 7.0])
    assert random.rule is None and "No verdict by the project's rule: your values differ" in said(random)


def test_without_a_recipe_there_is_no_verdict():
    cell = known().cell
    ours = Verdict(cell, Answer.NOT_ATTEMPTED, "needs a licence")
    found = compared(Reference(cell, ours), [88.0] * 5)
    assert (found.rule, found.is_within_margin) == (None, False)
    assert "We have no run of this cell (needs a licence), so only the published value" in said(found)


def test_a_mean_over_folds_is_asked_for():
    assert "A run is a mean over 10 folds." in said(compared(known(folds=10), [90.0]))


@pytest.mark.parametrize(
    ("metric", "published", "value", "hint"),
    [
        (ACCURACY, 91.2, 8.8, "is yours an error, where an accuracy is expected?"),
        (TEST_ERROR, 8.8, 91.2, "is yours an accuracy, where an error is expected?"),
        (ACCURACY, 91.2, 60.0, ""),
        (ACCURACY, 50.5, 50.0, ""),  # both would do
    ],
)
def test_an_error_for_an_accuracy_is_noticed(metric, published, value, hint):
    found = compared(known([], published=published, metric=metric), [value])
    assert found.hint.endswith(hint)
    assert bool(found.hint) == bool(hint)
    assert found.hint in sentence(found)


@pytest.mark.parametrize(
    ("metric", "published", "values", "text"),
    [
        (ACCURACY, 91.2, [0.912], "Did you mean 91.2? Give per cents."),
        (ACCURACY, 91.2, [0.5, 0.912], "Did you mean 50, 91.2?"),
        (ACCURACY, 91.2, [90.0, 0.9], "Did you mean 90?"),
        (TEST_ERROR, 1.7, [0.017], "Did you mean 1.7?"),
        (
            ACCURACY,
            91.2,
            [912.0],
            "The value 912 can't be a test accuracy (%). Expected a finite number from 0 to 100",
        ),
        (ACCURACY, 91.2, [float("nan")], "nan"),
        (ACCURACY, 91.2, [90.0, float("inf")], "inf"),
        (CORRELATION, 0.5, [-1.5], "from -1 to 1"),
        (VALUE, 91.2, [1e308, 1e308], "1e+308"),
        (ACCURACY, 91.2, [], "There is no value."),
        (ACCURACY, 91.2, ["text"], "Expected a number, or several."),
        (ACCURACY, 91.2, [[90.0, 91.0]], "Expected a number, or several."),
    ],
)
def test_impossible_values_are_refused(metric, published, values, text):
    with pytest.raises(ResultsError) as caught:
        compared(known([], published=published, margin=0.1, metric=metric), values)
    assert text in str(caught.value)


def test_an_error_below_one_per_cent_is_not_a_fraction():
    assert compared(known([], published=1.7, margin=0.2, metric=TEST_ERROR), [0.95]).mean == 0.95


def test_a_count_that_nearly_equals_is_not_called_equal():
    found = compared(known([], published=2.0, margin=0.0, metric=VALUE, runs=1), [2.0001])
    assert found.is_within_margin is False
    assert "0.0001 higher than the published value" in said(found)


def test_stale_runs_are_marked():
    ours = known().ours
    stale = Verdict(ours.cell, ours.answer, units=ours.units, mean=ours.mean, stale="code changed since c0ffee: x")
    assert "Our runs are stale: code changed since c0ffee: x." in lines(
        compared(Reference(ours.cell, stale), [90])
    )


def test_a_notebook_judges_a_number_and_an_array():
    place = {"row": "cnn-rand", "column": "TREC"}
    one, several = (judge("kim2014", values, **place) for values in (91.2, np.array([91.2, 90.8])))
    assert one.cell == several.cell == load_table("kim2014").cells("2", "CNN-rand", "TREC")[0]
    assert (one.is_within_margin, one.deviation, len(several.values)) == (True, None, 2)


def test_the_cell_with_a_published_value_is_taken():
    assert reference("kim2014", row="CNN-rand", column="TREC").cell.table == "2"


def test_several_matches_are_listed_and_a_metric_chooses():
    with pytest.raises(UnknownName, match="cells match. Choose with .*test error; .*test mistakes"):
        reference("lecun1989", row="network", column="test")
    found = reference("lecun1989", row="network", column="test", metric="Test Mistakes")
    assert found.cell.metric.name == "test mistakes"
    with pytest.raises(UnknownName, match="no metric 'test mistake'. Did you mean test mistakes"):
        reference("lecun1989", row="network", column="test", metric="test mistake")


def test_causes_of_a_miss_are_pitfalls_of_its_cells_alone(monkeypatch):
    miss = Miss("CNN-rand", "a cause.", "a test.", columns=("TREC",))
    table = replace(load_table("kim2014"), misses=(miss,))
    monkeypatch.setattr("benchmarks.own_numbers.reference.load_table", lambda paper: table)
    found = reference("kim2014", row="CNN-rand", column="TREC")
    assert found.pitfalls == ("a cause. Tested: a test.",)
    assert lines(compared(found, [91]))[-1] == "Known pitfalls of this cell: a cause. Tested: a test."
    assert reference("kim2014", row="CNN-rand", column="MR").pitfalls == ()


def test_without_published_value_and_runs_nothing_can_be_judged(tmp_path):
    place = {"row": "LeNet-style", "column": "digits"}
    with pytest.raises(ResultsError, match="has no published value, and 0 of our runs"):
        reference("starter", **place, results=tmp_path)
