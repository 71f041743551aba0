"""Two groups of runs: selection, and the paired tests by hand."""

import math
from dataclasses import replace

import pytest
from scipy import stats

from results.comparison import compare, holm, select, welch
from results.ledger import ResultsError
from results.metrics import ACCURACY, Metric
from results.published import Cell
from results.records import JobKey, RunRecord
from results.verdicts import Answer

CELL = Cell("kim2014", "2", "CNN-rand", "TREC", ACCURACY, 91.2, 1.5)
SEEDS = {"folds": 1, "runs": 5, "test_to_train": 0.0}
SHIFTS = [0.1, -0.2, 0.3, 0.0, -0.1]


def record(value: float, seed: int, fold: int = 0, backend: str = "tensorflow") -> RunRecord:
    key = JobKey("kim2014", "2", "CNN-rand", "TREC", fold, seed, backend, "f", 1)
    moment = f"2026-11-{20 + seed:02}T{fold:02} {value}"
    return RunRecord(key, {"test accuracy": value}, device="Some GPU", commit=f"c{seed}", finished=moment)


@pytest.mark.parametrize(
    ("condition", "seeds"),
    [
        ("all", [0, 1, 2]),
        ("commit=c1", [1]),
        ("date=2026-11-2", [0, 1, 2]),
        ("date=2026-11-22", [2]),
        ("device=gpu,commit=c2", [2]),
        ("backend=jax", []),
    ],
)
def test_select(condition, seeds):
    assert [found.key.seed for found in select([record(90, seed) for seed in range(3)], condition)] == seeds


@pytest.mark.parametrize("condition", ["backend", "colour=red", "backend=jax,", "commit=", ""])
def test_unknown_conditions(condition):
    with pytest.raises(ResultsError, match="Unknown condition .* Expected all, or one or more of backend=..."):
        select([], condition)


def test_seeds_get_the_paired_t_test():
    first = [record(90 + shift, seed) for seed, shift in enumerate(SHIFTS)]
    second = [record(90.5 - shift, seed) for seed, shift in enumerate(SHIFTS)]
    found = compare(CELL, first, second[:-1], **SEEDS)
    expected = stats.ttest_rel([90.5 - s for s in SHIFTS[:-1]], [90 + s for s in SHIFTS[:-1]])
    assert found.pairs == 4
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.first.answer, found.second.answer) == (Answer.NEAR, Answer.INCOMPLETE)


def test_folds_get_the_correction_by_nadeau_and_bengio():
    differences = [0.5, 0.2, 0.9, -0.1, 0.4, 0.3, 0.6, 0.1, 0.2, 0.4]
    first = [record(80, 0, fold) for fold in range(10)]
    second = [record(80 + d, 0, fold) for fold, d in enumerate(differences)]
    found = compare(CELL, first, second, folds=10, runs=3, test_to_train=1 / 9)
    t = stats.tmean(differences) / math.sqrt((1 / 10 + 1 / 9) * stats.tvar(differences))
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, 9))
    assert found.p_value > stats.ttest_1samp(differences, 0).pvalue


@pytest.mark.parametrize(
    ("metric", "change", "answer"),
    [("higher", 1, "better"), ("higher", -1, "worse"), ("lower", 1, "worse"), ("exact", 1, "differs")],
)
def test_answers_follow_the_metrics_direction(metric, change, answer):
    cell = CELL._replace(metric=Metric("test accuracy", "%", metric))
    first = [record(90 + shift, seed) for seed, shift in enumerate(SHIFTS)]
    second = [record(90 + change + 1.1 * shift, seed) for seed, shift in enumerate(SHIFTS)]
    assert compare(cell, first, second, **SEEDS).answer == answer


def test_no_difference_and_too_few_pairs():
    assert compare(CELL, [record(90, 0)], [record(90, 1)], **SEEDS).answer == "too few pairs"
    same = [[replace(record(90, seed), finished=moment) for seed in range(3)] for moment in "ab"]
    assert compare(CELL, *same, **SEEDS).answer == "no difference shown"


@pytest.mark.parametrize(
    ("step", "count", "p_value"), [(0.2, 2, None), (0.0, 3, 1), (0.2, 3, 1 / 4), (0.2, 7, 1 / 64)]
)
def test_equal_differences_have_the_p_value_of_a_sign_test(step, count, p_value):
    """Those of 450, 453 and 447 of 500 examples against 449, 452 and 446 are equal up to rounding."""
    values = [90.0, 90.6, 89.4, 90.4, 89.8, 90.2, 89.6][:count]
    first = [record(value, seed) for seed, value in enumerate(values)]
    second = [record(value - step, seed, backend="jax") for seed, value in enumerate(values)]
    found = compare(CELL, first, second, **SEEDS)
    equal = [record(value * (1 + 1e-15), seed, backend="jax") for seed, value in enumerate(values)]
    assert compare(CELL, first, equal, **SEEDS).difference == 0
    assert (found.p_value, found.interval and found.interval[0]) == (
        p_value,
        None if p_value is None else pytest.approx(-step),
    )


def test_groups_must_not_overlap():
    with pytest.raises(ResultsError, match="1 run.s. of kim2014 2 / CNN-rand / TREC are in both groups"):
        compare(CELL, [record(90, 0)], [record(90, 0), record(91, 1)], **SEEDS)


def test_any_difference_counts_for_a_deterministic_system():
    exact = CELL._replace(metric=Metric("test accuracy", "", "exact"))
    answers = [
        compare(exact, [record(9, 0)], [record(value, 0, 0, "jax")], folds=1, runs=1, test_to_train=0.0).answer
        for value in (9, 8)
    ]
    assert answers == ["equal", "differs"]


def test_back_ends_must_not_be_mixed():
    mixed = [record(90, 0), record(90, 1, backend="jax")]
    with pytest.raises(ResultsError, match="runs on jax and tensorflow. Add backend="):
        compare(CELL, mixed, [record(91, 0)], **SEEDS)


def test_welch():
    first, second = [1.0, 2.0, 3.5, 2.2], [4.0, 4.4, 3.9]
    assert welch(first, second) == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
    assert welch([1.0], second) is None
    assert (welch([1.0, 1.0], [1.0, 1.0]), welch([1.0, 1.0], [2.0, 2.0])) == (1.0, 0.0)


def test_holm_corrects_a_family_of_tests():
    assert holm([0.01, 0.02, 0.04]) == pytest.approx([0.03, 0.04, 0.04])
    assert holm([0.01, 0.6, 0.9]) == pytest.approx([0.03, 1.0, 1.0])
    assert holm([0.5]) == [0.5]
